/* Reports of result trees, in every format. */
#include "limen_io.h"
#include "report/digits.h"
#include "report/width.h"
#include "result/result.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/rendered.h"

/* ---- Numbers -------------------------------------------------------------------------------- */

static void test_exact_numbers(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.1, "0.1"},
        {1.0 / 3.0, "0.3333333333333333"},
        {0.1 + 0.2, "0.30000000000000004"},
        {-0.0, "0"},
        {5e-324, "4.94065645841247e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {9007199254740993.0, "9007199254740992"},
    };
    char text[LIMEN_DIGITS_TEXT];
    uint64_t random = 1;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        limen_digits_exact(text, cases[i].value);
        assert_string_equal(text, cases[i].text);
    }
    limen_digits_exact(text, (double)NAN);
    assert_string_equal(text, "nan");
    limen_digits_exact(text, -(double)INFINITY);
    assert_string_equal(text, "-inf");
    for (int i = 0; i < 10000; i++) {
        double value, back;

        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        memcpy(&value, &random, sizeof value);
        if (!isfinite(value))
            continue;
        limen_digits_exact(text, value);
        back = strtod(text, NULL);
        assert_memory_equal(&back, &value, sizeof value);
    }
}

static void test_short_numbers(void **state)
{
    char text[LIMEN_DIGITS_TEXT];

    (void)state;
    limen_digits_fixed(text, 0.29275, 4);
    assert_string_equal(text, "0.2928");
    limen_digits_fixed(text, 0.0000123, 4);
    assert_string_equal(text, "1.23e-05");
    limen_digits_fixed(text, 0.0, 4);
    assert_string_equal(text, "0.0000");
    limen_digits_fixed(text, (double)INFINITY, 4);
    assert_string_equal(text, "inf");
    limen_digits_count(text, 1234567);
    assert_string_equal(text, "1,234,567");
    limen_digits_count(text, 999);
    assert_string_equal(text, "999");
    limen_digits_count(text, 1234.5);
    assert_string_equal(text, "1234.50");
    limen_digits_share(text, 0.0297);
    assert_string_equal(text, "2.97%");
    limen_digits_share(text, 0.00001);
    assert_string_equal(text, "<0.01%");
    limen_digits_share(text, 1.0);
    assert_string_equal(text, "100%");
    limen_digits_share(text, 0.0);
    assert_string_equal(text, "0.00%");
}

/* ---- Text width ----------------------------------------------------------------------------- */

static void assert_put(const char *text, size_t columns, const char *expected)
{
    limen_buffer buffer;
    size_t used;

    limen_buffer_init(&buffer, NULL);
    used = limen_text_put(&buffer, text, strlen(text), columns);
    assert_string_equal(buffer.bytes ? buffer.bytes : "", expected);
    assert_int_equal(used, limen_text_width(expected, strlen(expected)));
    limen_buffer_release(&buffer);
}

static void test_width(void **state)
{
    (void)state;
    assert_int_equal(limen_text_width("joy", 3), 3);
    assert_int_equal(limen_text_width("na\xc3\xafve", 6), 5);
    assert_int_equal(limen_text_width("e\xcc\x81", 3), 1); /* e and a combining acute */
    assert_int_equal(limen_text_width("\xe5\x96\x9c\xe3\x81\xb3", 6), 4);
    assert_int_equal(limen_text_width("\xf0\x9f\x98\x80", 4), 2); /* an emoji */
    assert_int_equal(limen_text_width("\xff\xc0", 2), 2);         /* no UTF-8 */
    assert_int_equal(limen_text_width("\xe5\x96", 2), 2);         /* cut short */
    assert_int_equal(limen_text_width("\xed\xa0\x80", 3), 3);     /* a surrogate */
    assert_put("joy", 3, "joy");
    assert_put("sadness", 4, "sad\xe2\x80\xa6");
    assert_put("\xe5\x96\x9c\xe3\x81\xb3", 3, "\xe5\x96\x9c\xe2\x80\xa6");
    assert_put("a\x1b[1m\xff", 8, "a?[1m?");
    assert_put("\xe2\x80\xae"
               "abc",
               8, "?abc"); /* right-to-left override */
    assert_put("abc", 0, "");
}

/* ---- Multilabel ----------------------------------------------------------------------------- */

static const char *const three_names[] = {"joy", "na\xc3\xafve \"x\", y", "none"};

/* Counts of three labels, the last without positives and never predicted. */
static const counted_row three_rows[] = {{3, 1, 5, 1}, {2, 2, 4, 2}, {0, 0, 10, 0}};

static limen_result *three_labels(counted *c, limen_zero_division policy)
{
    limen_compute_options options = {
        .size = sizeof options, .labels = three_names, .zero_division = policy};

    return compute(counted_labels(c, LIMEN_MULTILABEL, 3, 1, 0, three_rows), &options);
}

static void test_table(void **state)
{
    counted c;
    limen_result *result = three_labels(&c, LIMEN_ZERO);

    (void)state;
    assert_report(
        result, (limen_report_options){.format = LIMEN_FORMAT_TABLE},
        "multilabel: 0 samples, 3 labels, positive when score >= threshold\n"
        "\n"
        "label             support  prevalence  threshold  precision   recall       F1\n"
        "joy                     4      40.00%     0.5000     0.7500   0.7500   0.7500\n"
        "naïve \"x\", y            4      40.00%     0.5000     0.5000   0.5000   0.5000\n"
        "none                    0       0.00%     0.5000     0.0000*  0.0000*  0.0000*\n"
        "------------------------------------------------------------------------------\n"
        "micro average                                        0.6250   0.6250   0.6250\n"
        "macro average                                        0.4167   0.4167   0.4167\n"
        "weighted average                                     0.6250   0.6250   0.6250\n"
        "\n"
        "metric         value\n"
        "hamming_loss  0.2000\n"
        "\n"
        "* is 0/0, undefined: the value is that of the zero-division policy\n"
        "1 of 3 labels have no positive sample, so their recall is undefined.\n");
    assert_report(result, (limen_report_options){.top = 1, .sort = "-support"},
                  "multilabel: 0 samples, 3 labels, positive when score >= threshold\n"
                  "\n"
                  "label             support  prevalence  threshold  precision  recall      F1\n"
                  "joy                     4      40.00%     0.5000     0.7500  0.7500  0.7500\n"
                  "---------------------------------------------------------------------------\n"
                  "micro average                                        0.6250  0.6250  0.6250\n"
                  "macro average                                        0.4167  0.4167  0.4167\n"
                  "weighted average                                     0.6250  0.6250  0.6250\n"
                  "1 of 3 labels shown; averages are over all\n"
                  "\n"
                  "metric         value\n"
                  "hamming_loss  0.2000\n"
                  "\n"
                  "1 of 3 labels have no positive sample, so their recall is undefined.\n");
    assert_report(result, (limen_report_options){.columns = 60},
                  "multilabel: 0 samples, 3 labels, positive when score >=\n"
                  "threshold\n"
                  "\n"
                  "label     support  prevalence  threshold  precision   recall       F1\n"
                  "joy             4      40.00%     0.5000     0.7500   0.7500   0.7500\n"
                  "naïve \"…        4      40.00%     0.5000     0.5000   0.5000   0.5000\n"
                  "none            0       0.00%     0.5000     0.0000*  0.0000*  0.0000*\n"
                  "----------------------------------------------------------------------\n"
                  "micro a…                                     0.6250   0.6250   0.6250\n"
                  "macro a…                                     0.4167   0.4167   0.4167\n"
                  "weighte…                                     0.6250   0.6250   0.6250\n"
                  "\n"
                  "metric         value\n"
                  "hamming_loss  0.2000\n"
                  "\n"
                  "* is 0/0, undefined: the value is that of the zero-division\n"
                  "policy\n"
                  "1 of 3 labels have no positive sample, so their recall is\n"
                  "undefined.\n");
    limen_result_destroy(result);
    limen_tally_destroy(c.tally);
    result = three_labels(&c, LIMEN_SKIP);
    assert_report(result, (limen_report_options){.sort = "f1"},
                  "multilabel: 0 samples, 3 labels, positive when score >= threshold\n"
                  "\n"
                  "label             support  prevalence  threshold  precision  recall      F1\n"
                  "naïve \"x\", y            4      40.00%     0.5000     0.5000  0.5000  0.5000\n"
                  "joy                     4      40.00%     0.5000     0.7500  0.7500  0.7500\n"
                  "none                    0       0.00%     0.5000          -       -       -\n"
                  "---------------------------------------------------------------------------\n"
                  "micro average                                        0.6250  0.6250  0.6250\n"
                  "macro average                                        0.6250  0.6250  0.6250\n"
                  "weighted average                                     0.6250  0.6250  0.6250\n"
                  "\n"
                  "metric         value\n"
                  "hamming_loss  0.2000\n"
                  "\n"
                  "\"-\" is 0/0, undefined, and has no value\n"
                  "1 of 3 labels have no positive sample, so their recall is undefined.\n");
    limen_result_destroy(result);
    limen_tally_destroy(c.tally);
}

static void test_markdown(void **state)
{
    counted c;
    limen_result *result = three_labels(&c, LIMEN_ZERO);

    (void)state;
    assert_report(result, (limen_report_options){.format = LIMEN_FORMAT_MARKDOWN},
                  "**multilabel: 0 samples, 3 labels, positive when score \\>= threshold**\n"
                  "\n"
                  "| label | support | prevalence | threshold | precision | recall | F1 |\n"
                  "| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"
                  "| joy | 4 | 40.00% | 0.5000 | 0.7500 | 0.7500 | 0.7500 |\n"
                  "| naïve \"x\", y | 4 | 40.00% | 0.5000 | 0.5000 | 0.5000 | 0.5000 |\n"
                  "| none | 0 | 0.00% | 0.5000 | 0.0000\\* | 0.0000\\* | 0.0000\\* |\n"
                  "| micro average |  |  |  | 0.6250 | 0.6250 | 0.6250 |\n"
                  "| macro average |  |  |  | 0.4167 | 0.4167 | 0.4167 |\n"
                  "| weighted average |  |  |  | 0.6250 | 0.6250 | 0.6250 |\n"
                  "\n"
                  "| metric | value |\n"
                  "| --- | ---: |\n"
                  "| hamming\\_loss | 0.2000 |\n"
                  "\n"
                  "- \\* is 0/0, undefined: the value is that of the zero-division policy\n"
                  "- 1 of 3 labels have no positive sample, so their recall is undefined.\n");
    limen_result_destroy(result);
    limen_tally_destroy(c.tally);
}

#define LEFT "<th style=\"text-align: left\">"
#define RIGHT "<td style=\"text-align: right\">"
#define TITLE "<th style=\"text-align: right\">"

/* Names cannot act: they come from files that others wrote. */
static void test_html(void **state)
{
    static const char *const names[] = {"<img src=x onerror='alert(1)'>", "a & \"b\"\n"};
    static int64_t counts[4][2] = {{3, 1}, {1, 0}, {5, 8}, {1, 1}};
    limen_count_arrays arrays = {
        .size = sizeof arrays, .tp = counts[0], .fp = counts[1], .tn = counts[2], .fn = counts[3]};
    limen_spec spec = {
        .size = sizeof spec, .task = LIMEN_MULTILABEL, .states = LIMEN_COUNTS, .width = 2};
    const char *metric = "recall";
    limen_compute_options options = {
        .size = sizeof options, .metrics = &metric, .metric_count = 1, .labels = names};
    limen_tally *tally = NULL;
    limen_result *result = NULL;

    (void)state;
    assert_int_equal(limen_tally_attach(&spec, &arrays, NULL, &tally, NULL), LIMEN_OK);
    assert_int_equal(limen_compute(tally, &options, NULL, &result, NULL), LIMEN_OK);
    assert_report(
        result, (limen_report_options){.format = LIMEN_FORMAT_HTML},
        "<p><b>multilabel: 0 samples, 2 labels, positive when score &gt;= threshold</b></p>\n"
        "<table>\n"
        "<thead>\n"
        "<tr>" LEFT "label</th>" TITLE "support</th>" TITLE "prevalence</th>" TITLE
        "threshold</th>" TITLE "recall</th></tr>\n"
        "</thead>\n"
        "<tbody>\n"
        "<tr>" LEFT "&lt;img src=x onerror=&#39;alert(1)&#39;&gt;</th>" RIGHT "4</td>" RIGHT
        "40.00%</td>" RIGHT "0.5000</td>" RIGHT "0.7500</td></tr>\n"
        "<tr>" LEFT "a &amp; &quot;b&quot;?</th>" RIGHT "2</td>" RIGHT "20.00%</td>" RIGHT
        "0.5000</td>" RIGHT "0.5000</td></tr>\n"
        "</tbody>\n"
        "<tbody>\n"
        "<tr>" LEFT "micro average</th>" RIGHT "</td>" RIGHT "</td>" RIGHT "</td>" RIGHT
        "0.6667</td></tr>\n"
        "<tr>" LEFT "macro average</th>" RIGHT "</td>" RIGHT "</td>" RIGHT "</td>" RIGHT
        "0.6250</td></tr>\n"
        "<tr>" LEFT "weighted average</th>" RIGHT "</td>" RIGHT "</td>" RIGHT "</td>" RIGHT
        "0.6667</td></tr>\n"
        "</tbody>\n"
        "</table>\n"
        "<p>All labels have much the same support: micro and macro averages are close to each "
        "other, and micro-F1 can stand for both.</p>\n");
    limen_result_destroy(result);
    limen_tally_destroy(tally);
}

static void test_json(void **state)
{
    counted c;
    limen_result *result = three_labels(&c, LIMEN_NAN);

    (void)state;
    assert_report(
        result, (limen_report_options){.format = LIMEN_FORMAT_JSON},
        "{\n"
        "  \"format\": \"limen-report\",\n"
        "  \"version\": 1,\n"
        "  \"limen\": \"" LIMEN_VERSION "\",\n"
        "  \"task\": \"multilabel\",\n"
        "  \"samples\": 0,\n"
        "  \"rule\": \"ge\",\n"
        "  \"labels\": [\n"
        "    {\"name\": \"joy\", \"threshold\": 0.5, \"support\": 4, \"prevalence\": 0.4, \"tp\": "
        "3, \"fp\": 1, \"fn\": 1, \"tn\": 5, \"precision\": 0.75, \"recall\": 0.75, \"f1\": 0.75, "
        "\"mcc\": 0.5833333333333334},\n"
        "    {\"name\": \"naïve \\\"x\\\", y\", \"threshold\": 0.5, \"support\": 4, "
        "\"prevalence\": 0.4, \"tp\": 2, \"fp\": 2, \"fn\": 2, \"tn\": 4, \"precision\": 0.5, "
        "\"recall\": 0.5, \"f1\": 0.5, \"mcc\": 0.16666666666666666},\n"
        "    {\"name\": \"none\", \"threshold\": 0.5, \"support\": 0, \"prevalence\": 0, \"tp\": "
        "0, \"fp\": 0, \"fn\": 0, \"tn\": 10, \"precision\": null, \"recall\": null, \"f1\": null, "
        "\"mcc\": null, \"undefined\": [\"precision\", \"recall\", \"f1\", \"mcc\"]}\n"
        "  ],\n"
        "  \"averages\": {\n"
        "    \"micro\": {\"precision\": 0.625, \"recall\": 0.625, \"f1\": 0.625, \"mcc\": "
        "0.48863636363636365},\n"
        "    \"macro\": {\"precision\": null, \"recall\": null, \"f1\": null, \"mcc\": null, "
        "\"undefined\": [\"precision\", \"recall\", \"f1\", \"mcc\"]},\n"
        "    \"weighted\": {\"precision\": 0.625, \"recall\": 0.625, \"f1\": 0.625, \"mcc\": "
        "0.375}\n"
        "  },\n"
        "  \"metrics\": {\"hamming_loss\": 0.2},\n"
        "  \"notes\": [\"1 of 3 labels have no positive sample, so their recall is undefined.\"]\n"
        "}\n");
    limen_result_destroy(result);
    limen_tally_destroy(c.tally);
}

static void test_csv(void **state)
{
    counted c;
    limen_result *result = three_labels(&c, LIMEN_NAN);

    (void)state;
    assert_report(
        result, (limen_report_options){.format = LIMEN_FORMAT_CSV},
        "kind,name,value,threshold,support,prevalence,tp,fp,fn,tn,precision,recall,f1,mcc,"
        "undefined\n"
        "label,joy,,0.5,4,0.4,3,1,1,5,0.75,0.75,0.75,0.5833333333333334,\n"
        "label,\"naïve \"\"x\"\", y\",,0.5,4,0.4,2,2,2,4,0.5,0.5,0.5,0.16666666666666666,\n"
        "label,none,,0.5,0,0,0,0,0,10,,,,,precision;recall;f1;mcc\n"
        "average,micro,,,,,,,,,0.625,0.625,0.625,0.48863636363636365,\n"
        "average,macro,,,,,,,,,,,,,precision;recall;f1;mcc\n"
        "average,weighted,,,,,,,,,0.625,0.625,0.625,0.375,\n"
        "metric,hamming_loss,0.2,,,,,,,,,,,,\n");
    limen_result_destroy(result);
    limen_tally_destroy(c.tally);
}

static void test_json_leaves(void **state)
{
    limen_builder builder;
    limen_result *result = NULL;
    limen_node *root;

    (void)state;
    limen_builder_start(&builder, NULL);
    root = limen_builder_root(&builder);
    limen_add_string(&builder, root, "text", "a\"\\\n\t\x01\xff\xc3\xa9\x7f");
    limen_add_number(&builder, root, "nan", (double)NAN, 0);
    limen_add_number(&builder, root, "high", (double)INFINITY, 1);
    limen_add_number(&builder, root, "low", -(double)INFINITY, 1);
    limen_add_boolean(&builder, root, "yes", 1);
    limen_add_boolean(&builder, root, "no", 0);
    limen_add_integer(&builder, root, "count", 12345678901);
    limen_node_set_interval(limen_add_number(&builder, root, "f1", 0.5, 1), 0.25, 0.75);
    limen_add_array(&builder, root, "empty");
    limen_add_object(&builder, root, "nothing");
    assert_int_equal(limen_builder_finish(&builder, &result, NULL), LIMEN_OK);
    assert_report(result, (limen_report_options){.format = LIMEN_FORMAT_JSON},
                  "{\n"
                  "  \"text\": \"a\\\"\\\\\\n\\t\\u0001\\ufffdé\\u007f\",\n"
                  "  \"nan\": null,\n"
                  "  \"high\": \"+inf\",\n"
                  "  \"low\": \"-inf\",\n"
                  "  \"yes\": true,\n"
                  "  \"no\": false,\n"
                  "  \"count\": 12345678901,\n"
                  "  \"f1\": 0.5,\n"
                  "  \"f1_interval\": [0.25, 0.75],\n"
                  "  \"empty\": [],\n"
                  "  \"nothing\": {}\n"
                  "}\n");
    limen_result_destroy(result);
}

/* ---- Colour, errors, metrics ---------------------------------------------------------------- */

static void test_colour(void **state)
{
    counted c;
    limen_result *result = three_labels(&c, LIMEN_ZERO);
    char *plain = render(result, (limen_report_options){.colour = 0});
    char *coloured = render(result, (limen_report_options){.colour = 1});
    char *out = coloured;

    (void)state;
    assert_null(strchr(plain, '\033'));
    assert_non_null(strchr(coloured, '\033'));
    /* Without its escapes it is the plain one. */
    for (const char *in = coloured; *in; in++) {
        if (*in == '\033')
            in = strchr(in, 'm');
        else
            *out++ = *in;
    }
    *out = '\0';
    assert_string_equal(plain, coloured);
    free(plain);
    free(coloured);
    limen_result_destroy(result);
    limen_tally_destroy(c.tally);
}

static void test_errors(void **state)
{
    limen_report_options options = {.size = sizeof options, .sort = "nothing"};
    counted c;
    limen_result *result = three_labels(&c, LIMEN_ZERO);
    limen_error error;
    char *text = NULL;
    size_t length = 7;

    (void)state;
    assert_int_equal(limen_report_render(result, &options, NULL, &text, &length, &error),
                     LIMEN_ERR_ARGUMENT);
    assert_non_null(strstr(error.message, "\"nothing\""));
    options.sort = NULL;
    options.format = LIMEN_FORMAT_HTML + 1;
    assert_int_equal(limen_report_render(result, &options, NULL, &text, &length, &error),
                     LIMEN_ERR_UNSUPPORTED);
    assert_int_equal(limen_metrics_render(LIMEN_FORMAT_HTML, NULL, &text, &length, &error),
                     LIMEN_ERR_UNSUPPORTED);
    assert_null(text);
    assert_int_equal(length, 7);
    limen_result_destroy(result);
    limen_tally_destroy(c.tally);
}

static void test_metrics_table(void **state)
{
    static const limen_format formats[] = {LIMEN_FORMAT_TABLE, LIMEN_FORMAT_JSON, LIMEN_FORMAT_CSV,
                                           LIMEN_FORMAT_MARKDOWN};

    (void)state;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        char *text = NULL;
        size_t length = 0;

        assert_int_equal(limen_metrics_render(formats[i], NULL, &text, &length, NULL), LIMEN_OK);
        assert_int_equal(strlen(text), length);
        for (int64_t k = 0; k < limen_metric_count(); k++) {
            assert_non_null(strstr(text, limen_metric_at(k)->name));
            assert_non_null(strstr(text, limen_metric_at(k)->title));
        }
        if (formats[i] == LIMEN_FORMAT_TABLE)
            assert_fits(text, 80);
        limen_report_release(text, length, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_numbers), cmocka_unit_test(test_short_numbers),
        cmocka_unit_test(test_width),         cmocka_unit_test(test_table),
        cmocka_unit_test(test_markdown),      cmocka_unit_test(test_html),
        cmocka_unit_test(test_json),          cmocka_unit_test(test_csv),
        cmocka_unit_test(test_json_leaves),   cmocka_unit_test(test_colour),
        cmocka_unit_test(test_errors),        cmocka_unit_test(test_metrics_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
