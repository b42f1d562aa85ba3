/* Rendering a tally's report and comparing it as a whole. Include it after cmocka.h. */
#ifndef LIMEN_TESTS_RENDERED_H
#define LIMEN_TESTS_RENDERED_H

#include "limen_io.h"
#include "report/width.h"

#include "unit/counted_tally.h"

static limen_result *compute(const limen_tally *tally, const limen_compute_options *options)
{
    limen_result *result = NULL;
    limen_error error;

    if (limen_compute(tally, options, NULL, &result, &error) != LIMEN_OK)
        fail_msg("%s", error.message);
    return result;
}

static char *render(const limen_result *result, limen_report_options options)
{
    limen_error error;
    char *text = NULL;
    size_t length = 0;

    options.size = sizeof options;
    if (limen_report_render(result, &options, NULL, &text, &length, &error) != LIMEN_OK)
        fail_msg("%s", error.message);
    assert_int_equal(strlen(text), length);
    assert_int_equal(text[length - 1], '\n');
    return text;
}

static void assert_report(const limen_result *result, limen_report_options options,
                          const char *expected)
{
    char *text = render(result, options);

    assert_string_equal(text, expected);
    limen_report_release(text, strlen(text), NULL);
}

/* No line is wider than `columns`. */
static inline void assert_fits(const char *text, size_t columns)
{
    while (*text) {
        size_t length = strcspn(text, "\n");

        if (limen_text_width(text, length) > columns)
            fail_msg("wider than %zu: %.*s", columns, (int)length, text);
        text += length + (text[length] == '\n');
    }
}

#endif
