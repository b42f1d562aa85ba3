/* What tables look like: threshold sets side by side, many labels, each task, groups. */
#include "limen_io.h"
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

/* ---- Sets, and many labels ------------------------------------------------------------------ */

static void test_sets(void **state)
{
    static const counted_row rows[] = {{3, 1, 5, 1}, {2, 2, 4, 2}, {4, 3, 3, 0}, {1, 0, 6, 3},
                                       {0, 0, 6, 4}, {4, 6, 0, 0}, {2, 1, 5, 2}, {1, 1, 5, 3},
                                       {3, 2, 4, 1}, {2, 0, 6, 2}, {1, 0, 6, 3}, {4, 0, 6, 0}};
    static const char *const names[] = {"joy", "sadness"};
    static const char *const set_names[] = {"0.5", "best.json", "joy=0.25,sadness=0.75",
                                            "0.1", "0.2",       "0.3"};
    limen_compute_options options = {.size = sizeof options, .labels = names};
    limen_report_options report = {.set_names = set_names, .set_count = 6};
    limen_result *result;
    counted c;

    (void)state;
    result = compute(counted_labels(&c, LIMEN_MULTILABEL, 2, 2, 0, rows), &options);
    assert_report(result, report,
                  "multilabel: 0 samples, 2 labels, positive when score >= threshold\n"
                  "[1] 0.5\n"
                  "[2] best.json\n"
                  "\n"
                  "                                                 [1] 0.5      [2] best.json\n"
                  "label             support  prevalence  threshold      F1  threshold      F1\n"
                  "joy                     4      40.00%     0.5000  0.7500     0.5000  0.7273\n"
                  "sadness                 4      40.00%     0.5000  0.5000     0.5000  0.4000\n"
                  "---------------------------------------------------------------------------\n"
                  "micro average                                     0.6250             0.6250\n"
                  "macro average                                     0.6250             0.5636\n"
                  "weighted average                                  0.6250             0.5636\n"
                  "\n"
                  "metric                 [1]     [2]\n"
                  "precision_micro     0.6250  0.6250\n"
                  "recall_micro        0.6250  0.6250\n"
                  "precision_macro     0.6250  0.7857\n"
                  "recall_macro        0.6250  0.6250\n"
                  "precision_weighted  0.6250  0.7857\n"
                  "recall_weighted     0.6250  0.6250\n"
                  "hamming_loss        0.3000  0.3000\n"
                  "\n"
                  "All labels have much the same support: micro and macro averages are close to\n"
                  "each other, and micro-F1 can stand for both.\n");
    assert_report(result, (limen_report_options){.columns = 60},
                  "multilabel: 0 samples, 2 labels, positive when score >=\n"
                  "threshold\n"
                  "set 1\n"
                  "set 2\n"
                  "\n"
                  "                                        set 1   set 2\n"
                  "label             support  prevalence      F1      F1\n"
                  "joy                     4      40.00%  0.7500  0.7273\n"
                  "sadness                 4      40.00%  0.5000  0.4000\n"
                  "-----------------------------------------------------\n"
                  "micro average                          0.6250  0.6250\n"
                  "macro average                          0.6250  0.5636\n"
                  "weighted average                       0.6250  0.5636\n"
                  "\n"
                  "metric                 [1]     [2]\n"
                  "precision_micro     0.6250  0.6250\n"
                  "recall_micro        0.6250  0.6250\n"
                  "precision_macro     0.6250  0.7857\n"
                  "recall_macro        0.6250  0.6250\n"
                  "precision_weighted  0.6250  0.7857\n"
                  "recall_weighted     0.6250  0.6250\n"
                  "hamming_loss        0.3000  0.3000\n"
                  "\n"
                  "All labels have much the same support: micro and macro\n"
                  "averages are close to each other, and micro-F1 can stand for\n"
                  "both.\n");
    limen_result_destroy(result);
    limen_tally_destroy(c.tally);
    result = compute(counted_labels(&c, LIMEN_MULTILABEL, 2, 6, 0, rows), &options);
    assert_report(result, report,
                  "multilabel: 0 samples, 2 labels, positive when score >= threshold\n"
                  "[1] 0.5\n"
                  "[2] best.json\n"
                  "[3] joy=0.25,sadness=0.75\n"
                  "[4] 0.1\n"
                  "[5] 0.2\n"
                  "[6] 0.3\n"
                  "\n"
                  "                                          [1]     [2]     [3]     [4]     [5]\n"
                  "label             support  prevalence      F1      F1      F1      F1      F1\n"
                  "joy                     4      40.00%  0.7500  0.7273  0.0000  0.5714  0.6667\n"
                  "sadness                 4      40.00%  0.5000  0.4000  0.5714  0.3333  0.6667\n"
                  "-----------------------------------------------------------------------------\n"
                  "micro average                          0.6250  0.6250  0.4444  0.4615  0.6667\n"
                  "macro average                          0.6250  0.5636  0.2857  0.4524  0.6667\n"
                  "weighted average                       0.6250  0.5636  0.2857  0.4524  0.6667\n"
                  "\n"
                  "                                          [6]\n"
                  "label             support  prevalence      F1\n"
                  "joy                     4      40.00%  0.4000\n"
                  "sadness                 4      40.00%  1.0000\n"
                  "---------------------------------------------\n"
                  "micro average                          0.7692\n"
                  "macro average                          0.7000\n"
                  "weighted average                       0.7000\n"
                  "\n"
                  "metric                 [1]     [2]     [3]     [4]     [5]     [6]\n"
                  "precision_micro     0.6250  0.6250  0.4000  0.6000  0.7143  1.0000\n"
                  "recall_micro        0.6250  0.6250  0.5000  0.3750  0.6250  0.6250\n"
                  "precision_macro     0.6250  0.7857  0.2000  0.5833  0.8000  1.0000\n"
                  "recall_macro        0.6250  0.6250  0.5000  0.3750  0.6250  0.6250\n"
                  "precision_weighted  0.6250  0.7857  0.2000  0.5833  0.8000  1.0000\n"
                  "recall_weighted     0.6250  0.6250  0.5000  0.3750  0.6250  0.6250\n"
                  "hamming_loss        0.3000  0.3000  0.5000  0.3500  0.2500  0.1500\n"
                  "\n"
                  "All labels have much the same support: micro and macro averages are close to\n"
                  "each other, and micro-F1 can stand for both.\n");
    report.format = LIMEN_FORMAT_CSV;
    assert_report(
        result, report,
        "set,kind,name,value,threshold,support,prevalence,tp,fp,fn,tn,precision,recall,f1,mcc,"
        "undefined\n"
        "1,label,joy,,0.5,4,0.4,3,1,1,5,0.75,0.75,0.75,0.5833333333333334,\n"
        "1,label,sadness,,0.5,4,0.4,2,2,2,4,0.5,0.5,0.5,0.16666666666666666,\n"
        "1,average,micro,,,,,,,,,0.625,0.625,0.625,0.375,\n"
        "1,average,macro,,,,,,,,,0.625,0.625,0.625,0.375,\n"
        "1,average,weighted,,,,,,,,,0.625,0.625,0.625,0.375,\n"
        "1,metric,hamming_loss,0.3,,,,,,,,,,,,\n"
        "2,label,joy,,0.5,4,0.4,4,3,0,3,0.5714285714285714,1,0.7272727272727273,0.5345224838248488,"
        "\n"
        "2,label,sadness,,0.5,4,0.4,1,0,3,6,1,0.25,0.4,0.408248290463863,\n"
        "2,average,micro,,,,,,,,,0.625,0.625,0.625,0.375,\n"
        "2,average,macro,,,,,,,,,0.7857142857142857,0.625,0.5636363636363637,0.4713853871443559,\n"
        "2,average,weighted,,,,,,,,,0.7857142857142857,0.625,0.5636363636363637,0.4713853871443559,"
        "\n"
        "2,metric,hamming_loss,0.3,,,,,,,,,,,,\n"
        "3,label,joy,,0.5,4,0.4,0,0,4,6,0,0,0,0,precision;mcc\n"
        "3,label,sadness,,0.5,4,0.4,4,6,0,0,0.4,1,0.5714285714285714,0,mcc\n"
        "3,average,micro,,,,,,,,,0.4,0.5,0.4444444444444444,0,\n"
        "3,average,macro,,,,,,,,,0.2,0.5,0.2857142857142857,0,mcc\n"
        "3,average,weighted,,,,,,,,,0.2,0.5,0.2857142857142857,0,mcc\n"
        "3,metric,hamming_loss,0.5,,,,,,,,,,,,\n"
        "4,label,joy,,0.5,4,0.4,2,1,2,5,0.6666666666666666,0.5,0.5714285714285714,0."
        "3563483225498992,\n"
        "4,label,sadness,,0.5,4,0.4,1,1,3,5,0.5,0.25,0.3333333333333333,0.10206207261596577,\n"
        "4,average,micro,,,,,,,,,0.6,0.375,0.46153846153846156,0.23570226039551584,\n"
        "4,average,macro,,,,,,,,,0.5833333333333333,0.375,0.45238095238095233,0.22920519758293248,"
        "\n"
        "4,average,weighted,,,,,,,,,0.5833333333333333,0.375,0.45238095238095233,0."
        "22920519758293248,\n"
        "4,metric,hamming_loss,0.35,,,,,,,,,,,,\n"
        "5,label,joy,,0.5,4,0.4,3,2,1,4,0.6,0.75,0.6666666666666666,0.408248290463863,\n"
        "5,label,sadness,,0.5,4,0.4,2,0,2,6,1,0.5,0.6666666666666666,0.6123724356957946,\n"
        "5,average,micro,,,,,,,,,0.7142857142857143,0.625,0.6666666666666666,0.47075654176200415,\n"
        "5,average,macro,,,,,,,,,0.8,0.625,0.6666666666666666,0.5103103630798288,\n"
        "5,average,weighted,,,,,,,,,0.8,0.625,0.6666666666666666,0.5103103630798288,\n"
        "5,metric,hamming_loss,0.25,,,,,,,,,,,,\n"
        "6,label,joy,,0.5,4,0.4,1,0,3,6,1,0.25,0.4,0.408248290463863,\n"
        "6,label,sadness,,0.5,4,0.4,4,0,0,6,1,1,1,1,\n"
        "6,average,micro,,,,,,,,,1,0.625,0.7692307692307693,0.7071067811865475,\n"
        "6,average,macro,,,,,,,,,1,0.625,0.7,0.7041241452319316,\n"
        "6,average,weighted,,,,,,,,,1,0.625,0.7,0.7041241452319316,\n"
        "6,metric,hamming_loss,0.15,,,,,,,,,,,,\n");
    limen_result_destroy(result);
    limen_tally_destroy(c.tally);
}

#define MANY 983

static limen_result *many_labels(limen_builder *builder)
{
    limen_result *result = NULL;
    limen_node *root, *labels;

    limen_builder_start(builder, NULL);
    root = limen_builder_root(builder);
    limen_add_string(builder, root, "task", "multilabel");
    limen_add_integer(builder, root, "samples", 2000000);
    limen_add_string(builder, root, "rule", "gt");
    labels = limen_add_array(builder, root, "labels");
    for (int i = 0; i < MANY; i++) {
        limen_node *label = limen_add_object(builder, labels, "");
        char name[96];

        (void)snprintf(name, sizeof name, "%d %s", i,
                       i % 2 ? "a rather long name of a label that must be cut"
                             : "\xe3\x81\xaa\xe3\x81\xbe\xe3\x81\x88");
        limen_add_string(builder, label, "name", name);
        limen_add_number(builder, label, "threshold", 0.001 * i, 1);
        limen_add_integer(builder, label, "support", 1000000 + i);
        limen_add_number(builder, label, "prevalence", 0.5, 1);
        limen_add_number(builder, label, "precision", (double)i / MANY, i > 0);
        limen_add_number(builder, label, "recall", 0.25, 1);
        limen_add_number(builder, label, "f1", i % 10 ? 0.01 * (i % 10) : (double)NAN, i % 10 > 0);
    }
    assert_int_equal(limen_builder_finish(builder, &result, NULL), LIMEN_OK);
    return result;
}

static void test_many_labels(void **state)
{
    limen_builder builder;
    limen_result *result = many_labels(&builder);
    char *text;

    (void)state;
    for (int32_t columns = 72; columns <= 100; columns++) {
        text = render(result, (limen_report_options){.columns = columns});
        assert_fits(text, (size_t)columns);
        limen_report_release(text, strlen(text), NULL);
    }
    assert_report(
        result, (limen_report_options){.top = 4, .sort = "-f1"},
        "multilabel: 2,000,000 samples, 983 labels, positive when score > threshold\n"
        "\n"
        "label                  support  prevalence  threshold  precision  recall      F1\n"
        "9 a rather long na…  1,000,009      50.00%     0.0090     0.0092  0.2500  0.0900\n"
        "19 a rather long n…  1,000,019      50.00%     0.0190     0.0193  0.2500  0.0900\n"
        "29 a rather long n…  1,000,029      50.00%     0.0290     0.0295  0.2500  0.0900\n"
        "39 a rather long n…  1,000,039      50.00%     0.0390     0.0397  0.2500  0.0900\n"
        "4 of 983 labels shown; averages are over all\n");
    assert_report(
        result, (limen_report_options){.top = 2, .sort = "-name"},
        "multilabel: 2,000,000 samples, 983 labels, positive when score > threshold\n"
        "\n"
        "label                  support  prevalence  threshold  precision  recall      F1\n"
        "99 a rather long n…  1,000,099      50.00%     0.0990     0.1007  0.2500  0.0900\n"
        "982 なまえ           1,000,982      50.00%     0.9820     0.9990  0.2500  0.0200\n"
        "2 of 983 labels shown; averages are over all\n");
    limen_result_destroy(result);
}

/* ---- Binary, multiclass, groups ------------------------------------------------------------- */

static void test_binary(void **state)
{
    static const counted_row rows[] = {{175, 6, 1000, 5}, {170, 2, 1004, 10}};
    counted c;
    limen_result *result = compute(counted_labels(&c, LIMEN_BINARY, 1, 1, 0, rows), NULL);

    (void)state;
    assert_report(result, (limen_report_options){.columns = 80},
                  "binary: 0 samples, positive when score >= threshold\n"
                  "\n"
                  "          predicted 1  predicted 0    all\n"
                  "target 1          175            5    180\n"
                  "target 0            6        1,000  1,006\n"
                  "all               181        1,005  1,186\n"
                  "\n"
                  "metric              value\n"
                  "threshold          0.5000\n"
                  "support               180\n"
                  "prevalence         15.18%\n"
                  "accuracy           0.9907\n"
                  "balanced_accuracy  0.9831\n"
                  "precision          0.9669\n"
                  "recall             0.9722\n"
                  "f1                 0.9695\n"
                  "specificity        0.9940\n"
                  "mcc                0.9641\n");
    limen_result_destroy(result);
    limen_tally_destroy(c.tally);
    result = compute(counted_labels(&c, LIMEN_BINARY, 1, 2, 0, rows), NULL);
    assert_report(result, (limen_report_options){.columns = 80},
                  "binary: 0 samples, positive when score >= threshold\n"
                  "set 1\n"
                  "set 2\n"
                  "\n"
                  "metric                [1]     [2]\n"
                  "threshold          0.5000  0.5000\n"
                  "support               180     180\n"
                  "prevalence         15.18%  15.18%\n"
                  "tp                    175     170\n"
                  "fp                      6       2\n"
                  "fn                      5      10\n"
                  "tn                  1,000   1,004\n"
                  "accuracy           0.9907  0.9899\n"
                  "balanced_accuracy  0.9831  0.9712\n"
                  "precision          0.9669  0.9884\n"
                  "recall             0.9722  0.9444\n"
                  "f1                 0.9695  0.9659\n"
                  "specificity        0.9940  0.9980\n"
                  "mcc                0.9641  0.9603\n");
    limen_result_destroy(result);
    limen_tally_destroy(c.tally);
    result = compute(counted_labels(&c, LIMEN_BINARY, 1, 1, 2, rows), NULL);
    assert_report(result, (limen_report_options){.columns = 80},
                  "binary: 0 samples, positive when score >= threshold\n"
                  "\n"
                  "          predicted 1  predicted 0    all\n"
                  "target 1          345           15    360\n"
                  "target 0            8        2,004  2,012\n"
                  "all               353        2,019  2,372\n"
                  "\n"
                  "metric                          value\n"
                  "threshold                      0.5000\n"
                  "support                           360\n"
                  "prevalence                     15.18%\n"
                  "accuracy                       0.9903\n"
                  "balanced_accuracy              0.9772\n"
                  "precision                      0.9773\n"
                  "recall                         0.9583\n"
                  "f1                             0.9677\n"
                  "specificity                    0.9960\n"
                  "mcc                            0.9621\n"
                  "demographic_parity_difference  0.0076\n"
                  "demographic_parity_ratio       0.9503\n"
                  "equal_opportunity_difference   0.0278\n"
                  "equalized_odds_difference      0.0278\n"
                  "\n"
                  "Groups\n"
                  "group  support  prevalence  precision  recall      F1\n"
                  "0          180      15.18%     0.9669  0.9722  0.9695\n"
                  "1          180      15.18%     0.9884  0.9444  0.9659\n");
    limen_result_destroy(result);
    limen_tally_destroy(c.tally);
}

static void test_multiclass(void **state)
{
    static const int64_t matrix[] = {50, 3, 0, 7, 40, 1, 0, 2, 1000};
    static const char *const names[] = {"cat", "dog", "capybara"};
    limen_compute_options options = {.size = sizeof options, .labels = names};
    counted c;
    limen_result *result;

    (void)state;
    result = compute(counted_matrix(&c, 3, matrix), &options);
    assert_report(result, (limen_report_options){.columns = 80},
                  "multiclass: 0 samples, 3 classes\n"
                  "\n"
                  "class             support  prevalence  precision  recall      F1\n"
                  "cat                    53       4.81%     0.8772  0.9434  0.9091\n"
                  "dog                    48       4.35%     0.8889  0.8333  0.8602\n"
                  "capybara            1,002      90.84%     0.9990  0.9980  0.9985\n"
                  "----------------------------------------------------------------\n"
                  "micro average                             0.9882  0.9882  0.9882\n"
                  "macro average                             0.9217  0.9249  0.9226\n"
                  "weighted average                          0.9884  0.9882  0.9882\n"
                  "\n"
                  "metric              value\n"
                  "accuracy           0.9882\n"
                  "balanced_accuracy  0.9249\n"
                  "mcc                0.9313\n"
                  "kappa              0.9312\n"
                  "\n"
                  "Confusion matrix\n"
                  "                   predicted\n"
                  "true      cat  dog  capybara\n"
                  "cat        50    3         0\n"
                  "dog         7   40         1\n"
                  "capybara    0    2     1,000\n"
                  "\n"
                  "The most frequent of the classes has 21 times the support of the rarest: read\n"
                  "macro-F1, since micro averages follow the frequent ones.\n");
    assert_report(result, (limen_report_options){.columns = 24},
                  "multiclass: 0 samples, 3\n"
                  "classes\n"
                  "\n"
                  "class     support  prevalence  precision  recall      F1\n"
                  "cat            53       4.81%     0.8772  0.9434  0.9091\n"
                  "dog            48       4.35%     0.8889  0.8333  0.8602\n"
                  "capybara    1,002      90.84%     0.9990  0.9980  0.9985\n"
                  "--------------------------------------------------------\n"
                  "micro a…                          0.9882  0.9882  0.9882\n"
                  "macro a…                          0.9217  0.9249  0.9226\n"
                  "weighte…                          0.9884  0.9882  0.9882\n"
                  "\n"
                  "metric             value\n"
                  "accuracy          0.9882\n"
                  "balanced_accura…  0.9249\n"
                  "mcc               0.9313\n"
                  "kappa             0.9312\n"
                  "\n"
                  "Largest confusions\n"
                  "true      predicted  samples  of the true\n"
                  "dog       cat              7       14.58%\n"
                  "cat       dog              3        5.66%\n"
                  "capybara  dog              2        0.20%\n"
                  "dog       capybara         1        2.08%\n"
                  "\n"
                  "The most frequent of the\n"
                  "classes has 21 times the\n"
                  "support of the rarest:\n"
                  "read macro-F1, since\n"
                  "micro averages follow\n"
                  "the frequent ones.\n");
    options.normalize = LIMEN_NORMALIZE_TRUE;
    limen_result_destroy(result);
    result = compute(c.tally, &options);
    assert_report(result, (limen_report_options){.format = LIMEN_FORMAT_MARKDOWN},
                  "**multiclass: 0 samples, 3 classes**\n"
                  "\n"
                  "| class | support | prevalence | precision | recall | F1 |\n"
                  "| --- | ---: | ---: | ---: | ---: | ---: |\n"
                  "| cat | 53 | 4.81% | 0.8772 | 0.9434 | 0.9091 |\n"
                  "| dog | 48 | 4.35% | 0.8889 | 0.8333 | 0.8602 |\n"
                  "| capybara | 1,002 | 90.84% | 0.9990 | 0.9980 | 0.9985 |\n"
                  "| micro average |  |  | 0.9882 | 0.9882 | 0.9882 |\n"
                  "| macro average |  |  | 0.9217 | 0.9249 | 0.9226 |\n"
                  "| weighted average |  |  | 0.9884 | 0.9882 | 0.9882 |\n"
                  "\n"
                  "| metric | value |\n"
                  "| --- | ---: |\n"
                  "| accuracy | 0.9882 |\n"
                  "| balanced\\_accuracy | 0.9249 |\n"
                  "| mcc | 0.9313 |\n"
                  "| kappa | 0.9312 |\n"
                  "\n"
                  "**Confusion matrix**\n"
                  "\n"
                  "| true | predicted: cat | predicted: dog | predicted: capybara |\n"
                  "| --- | ---: | ---: | ---: |\n"
                  "| cat | 0.943 | 0.057 | 0 |\n"
                  "| dog | 0.146 | 0.833 | 0.021 |\n"
                  "| capybara | 0 | 0.002 | 0.998 |\n"
                  "\n"
                  "- The most frequent of the classes has 21 times the support of the rarest: read "
                  "macro-F1, since micro averages follow the frequent ones.\n");
    limen_result_destroy(result);
    limen_tally_destroy(c.tally);
}

static void test_groups(void **state)
{
    static const counted_row rows[] = {{3, 1, 5, 1}, {2, 2, 4, 2}, {4, 3, 3, 0}, {1, 0, 6, 3}};
    counted c;
    limen_result *result = compute(counted_labels(&c, LIMEN_MULTILABEL, 2, 1, 2, rows), NULL);

    (void)state;
    assert_report(result, (limen_report_options){.columns = 80},
                  "multilabel: 0 samples, 2 labels, positive when score >= threshold\n"
                  "\n"
                  "label             support  prevalence  threshold  precision  recall      F1\n"
                  "0                       8      40.00%     0.5000     0.6364  0.8750  0.7368\n"
                  "1                       8      40.00%     0.5000     0.6000  0.3750  0.4615\n"
                  "---------------------------------------------------------------------------\n"
                  "micro average                                        0.6250  0.6250  0.6250\n"
                  "macro average                                        0.6182  0.6250  0.5992\n"
                  "weighted average                                     0.6182  0.6250  0.5992\n"
                  "\n"
                  "metric         value\n"
                  "hamming_loss  0.3000\n"
                  "\n"
                  "Groups\n"
                  "group  precision  recall  micro F1  macro F1  weighted F1\n"
                  "0         0.6250  0.6250    0.6250    0.6250       0.6250\n"
                  "1         0.6250  0.6250    0.6250    0.5636       0.5636\n"
                  "\n"
                  "All labels have much the same support: micro and macro averages are close to\n"
                  "each other, and micro-F1 can stand for both.\n");
    assert_report(
        result, (limen_report_options){.format = LIMEN_FORMAT_CSV},
        "group,kind,name,value,threshold,support,prevalence,tp,fp,fn,tn,precision,recall,f1,mcc,"
        "demographic_parity_difference,demographic_parity_ratio,equal_opportunity_difference,"
        "equalized_odds_difference,undefined\n"
        ",label,0,,0.5,8,0.4,7,4,1,8,0.6363636363636364,0.875,0.7368421052631579,0."
        "5333964609104418,0.29999999999999993,0.5714285714285715,0.25,0.33333333333333337,\n"
        ",label,1,,0.5,8,0.4,3,2,5,10,0.6,0.375,0.46153846153846156,0.23570226039551584,0."
        "30000000000000004,0.25,0.25,0.3333333333333333,\n"
        ",average,micro,,,,,,,,,0.625,0.625,0.625,0.375,0,1,0,0,\n"
        ",average,macro,,,,,,,,,0.6181818181818182,0.625,0.5991902834008097,0.38454936065297884,0."
        "3,0.41071428571428575,0.25,0.33333333333333337,\n"
        ",average,weighted,,,,,,,,,0.6181818181818182,0.625,0.5991902834008097,0.38454936065297884,"
        ",,,,\n"
        ",metric,hamming_loss,0.3,,,,,,,,,,,,,,,,\n"
        "0,label,0,,,4,0.4,3,1,1,5,0.75,0.75,0.75,0.5833333333333334,,,,,\n"
        "0,label,1,,,4,0.4,2,2,2,4,0.5,0.5,0.5,0.16666666666666666,,,,,\n"
        "0,average,micro,,,,,,,,,0.625,0.625,0.625,0.375,,,,,\n"
        "0,average,macro,,,,,,,,,0.625,0.625,0.625,0.375,,,,,\n"
        "0,average,weighted,,,,,,,,,0.625,0.625,0.625,0.375,,,,,\n"
        "0,metric,hamming_loss,0.3,,,,,,,,,,,,,,,,\n"
        "1,label,0,,,4,0.4,4,3,0,3,0.5714285714285714,1,0.7272727272727273,0.5345224838248488,,,,,"
        "\n"
        "1,label,1,,,4,0.4,1,0,3,6,1,0.25,0.4,0.408248290463863,,,,,\n"
        "1,average,micro,,,,,,,,,0.625,0.625,0.625,0.375,,,,,\n"
        "1,average,macro,,,,,,,,,0.7857142857142857,0.625,0.5636363636363637,0.4713853871443559,,,,"
        ",\n"
        "1,average,weighted,,,,,,,,,0.7857142857142857,0.625,0.5636363636363637,0.4713853871443559,"
        ",,,,\n"
        "1,metric,hamming_loss,0.3,,,,,,,,,,,,,,,,\n");
    limen_result_destroy(result);
    limen_tally_destroy(c.tally);
}

/* Counts of three labels, the last without positives and never predicted. */
static const counted_row three_rows[] = {{3, 1, 5, 1}, {2, 2, 4, 2}, {0, 0, 10, 0}};

/* Named metrics have columns of their own; those without room are told of. */
static void test_named_metrics(void **state)
{
    static const char *const metrics[] = {"mcc", "balanced_accuracy", "kappa", "jaccard",
                                          "fowlkes_mallows"};
    limen_compute_options options = {.size = sizeof options, .metrics = metrics, .metric_count = 5};
    counted c;
    limen_result *result =
        compute(counted_labels(&c, LIMEN_MULTILABEL, 3, 1, 0, three_rows), &options);

    (void)state;
    assert_report(
        result, (limen_report_options){.columns = 80},
        "multilabel: 0 samples, 3 labels, positive when score >= threshold\n"
        "\n"
        "label       support  prevalence  threshold     MCC   balanced_accuracy    kappa\n"
        "0                 4      40.00%     0.5000  0.5833              0.7917   0.5833\n"
        "1                 4      40.00%     0.5000  0.1667              0.5833   0.1667\n"
        "2                 0       0.00%     0.5000  0.0000*             0.0000*  0.0000*\n"
        "--------------------------------------------------------------------------------\n"
        "micro ave…                                  0.4886              0.7443   0.4886\n"
        "macro ave…                                  0.2500              0.4583   0.2500\n"
        "weighted …                                  0.3750              0.6875   0.3750\n"
        "2 metrics had no room here; formats json and csv have them\n"
        "\n"
        "metric                     value\n"
        "jaccard_micro             0.4545\n"
        "fowlkes_mallows_micro     0.6250\n"
        "jaccard_macro             0.3111\n"
        "fowlkes_mallows_macro     0.4167\n"
        "jaccard_weighted          0.4667\n"
        "fowlkes_mallows_weighted  0.6250\n"
        "\n"
        "* is 0/0, undefined: the value is that of the zero-division policy\n"
        "1 of 3 labels have no positive sample, so their recall is undefined.\n");
    limen_result_destroy(result);
    limen_tally_destroy(c.tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sets),   cmocka_unit_test(test_many_labels),
        cmocka_unit_test(test_binary), cmocka_unit_test(test_multiclass),
        cmocka_unit_test(test_groups), cmocka_unit_test(test_named_metrics),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
