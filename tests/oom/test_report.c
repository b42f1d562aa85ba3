/* limen_report_render and limen_metrics_render with the k-th allocation refused, for every k. */
#include "limen_io.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "oom/failing_allocator.h"

#define SETS 2
#define CLASSES 3

static limen_result *make_result(void)
{
    static int64_t confusion[SETS * CLASSES * CLASSES] = {5, 1, 0, 2, 7, 1, 0, 0, 0,
                                                          4, 2, 0, 1, 8, 1, 0, 0, 0};
    limen_count_arrays arrays = {.size = sizeof arrays, .confusion = confusion};
    limen_spec spec = {.size = sizeof spec,
                       .task = LIMEN_MULTICLASS,
                       .states = LIMEN_CONFUSION,
                       .width = CLASSES,
                       .sets = SETS};
    limen_tally *tally = NULL;
    limen_result *result = NULL;

    assert_int_equal(limen_tally_attach(&spec, &arrays, NULL, &tally, NULL), LIMEN_OK);
    assert_int_equal(limen_compute(tally, NULL, NULL, &result, NULL), LIMEN_OK);
    limen_tally_destroy(tally);
    return result;
}

/* One try; returns whether it went well. A failure leaves nothing behind and writes nothing. */
static int attempt(const limen_result *result, limen_format format, int64_t fail_at)
{
    failing_allocator memory = {.fail_at = fail_at};
    limen_allocator allocator = failing_allocator_of(&memory);
    limen_report_options options = {.size = sizeof options, .format = format, .sort = "-f1"};
    char *text = NULL;
    size_t length = 0;
    limen_error error;
    limen_status status =
        result ? limen_report_render(result, &options, &allocator, &text, &length, &error)
               : limen_metrics_render(format, &allocator, &text, &length, &error);

    if (status == LIMEN_OK) {
        assert_int_equal(strlen(text), length);
        limen_report_release(text, length, &allocator);
    } else {
        assert_int_equal(status, LIMEN_ERR_MEMORY);
        assert_int_equal(error.code, LIMEN_ERR_MEMORY);
        assert_null(text);
        assert_int_equal(length, 0);
    }
    assert_int_equal(memory.blocks, 0);
    assert_true(status == LIMEN_OK || memory.calls >= fail_at);
    return status == LIMEN_OK;
}

static void test_refusals(void **state)
{
    limen_result *result = make_result();

    (void)state;
    for (limen_format format = LIMEN_FORMAT_TABLE; format <= LIMEN_FORMAT_HTML; format++) {
        int64_t at = 1;

        while (!attempt(result, format, at))
            at++;
        assert_true(at > 2);
        if (format == LIMEN_FORMAT_HTML)
            continue; /* of reports alone */
        for (at = 1; !attempt(NULL, format, at);)
            at++;
        assert_true(at > 2);
    }
    limen_result_destroy(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_refusals)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
