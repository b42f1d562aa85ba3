/* Every form of SPEC, and what each refuses. */
#include "limen_io.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/files.h"

#include <math.h>

static test_folder folder;
static const char *const labels[] = {"joy", "a,b", "c=d"};

static limen_status read_spec(const char *spec, const char *const *names, double *values,
                              limen_error *error)
{
    limen_thresholds *thresholds = NULL;
    limen_status status = limen_thresholds_read(spec, 3, names, NULL, &thresholds, NULL, error);

    if (status == LIMEN_OK)
        memcpy(values, limen_thresholds_describe(thresholds)->values, 3 * sizeof *values);
    limen_thresholds_destroy(thresholds);
    return status;
}

static void test_lists_and_names(void **unused)
{
    static const struct {
        const char *spec;
        int named;
        double values[3];
    } cases[] = {
        {"0.5", 1, {0.5, 0.5, 0.5}},
        {"-1.25e1", 0, {-12.5, -12.5, -12.5}},
        {"0.6, 0.5 ,0.8", 1, {0.6, 0.5, 0.8}},
        {"inf,-inf,+inf", 0, {INFINITY, -INFINITY, INFINITY}},
        {"joy=0.3,*=0.5", 1, {0.3, 0.5, 0.5}},
        {"*=0.5,\"a,b\"=0.25", 1, {0.5, 0.25, 0.5}},
        {"\"c=d\"=1,\"a,b\"=2,joy=3", 1, {3, 2, 1}},
        {"2=0.1,0=0.2,1=0.3", 0, {0.2, 0.3, 0.1}},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double values[3] = {7, 7, 7};
        limen_error error;

        if (read_spec(cases[i].spec, cases[i].named ? labels : NULL, values, &error) != LIMEN_OK)
            fail_msg("%s: %s", cases[i].spec, error.message);
        assert_memory_equal(values, cases[i].values, sizeof values);
    }
}

static void test_refused_specs(void **unused)
{
    static const struct {
        const char *spec, *part;
    } cases[] = {
        {"0.5,0.5", "2 thresholds for 3 labels"},
        {"1,2,3,4", "4 thresholds for 3 labels"},
        {"abc", "\"abc\" is no number"},
        {"", "is no number"},
        {"0.5,,0.5", "is no number"},
        {"0.5x", "\"0.5x\""},
        {"nan", "NaN"},
        {"joy=0.3", "label \"a,b\" has no threshold"},
        {"anger=0.3,*=0.5", "no label \"anger\""},
        {"joy=0.3,joy=0.4,*=1", "two thresholds"},
        {"joy=,*=1", "is no number"},
        {"joy=0.3,*", "not followed by ="},
        {"\"joy=0.3", "not followed by ="},
        {"joy=nan,*=0", "NaN"},
    };
    limen_error error;
    double values[3];

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(read_spec(cases[i].spec, labels, values, &error), LIMEN_ERR_ARGUMENT);
        if (!strstr(error.message, cases[i].part))
            fail_msg("%s: %s", cases[i].spec, error.message);
    }
    assert_int_equal(read_spec("joy=0.3,*=0.5", NULL, values, &error), LIMEN_ERR_ARGUMENT);
    assert_non_null(strstr(error.message, "no names"));
}

static void test_arrays(void **unused)
{
    static const float three[] = {0.25F, 0.5F, 0.75F};
    static const float bad[] = {0.25F, NAN, 0.75F};
    static const struct {
        const char *shape;
        const float *values;
        size_t count;
        limen_status status;
        const char *part;
    } cases[] = {
        {"(3,)", three, 3, LIMEN_OK, ""},
        {"(3, 1)", three, 3, LIMEN_OK, ""},
        {"(1, 3)", three, 3, LIMEN_OK, ""},
        {"(2,)", three, 2, LIMEN_ERR_ARGUMENT, "2 thresholds for 3 labels"},
        {"(3,)", bad, 3, LIMEN_ERR_ARGUMENT, "NaN"},
        {"(3,)", three, 2, LIMEN_ERR_FORMAT, "too early"},
        {"(0,)", three, 0, LIMEN_ERR_ARGUMENT, "0 thresholds"},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char dictionary[128];
        test_image image;
        const char *file = NULL;
        const char *path;
        limen_thresholds *thresholds = NULL;
        limen_error error = {.code = LIMEN_OK};

        (void)snprintf(dictionary, sizeof dictionary,
                       "{'descr': '<f4', 'fortran_order': False, 'shape': %s, }", cases[i].shape);
        image = test_npy(1, dictionary, cases[i].values, cases[i].count * sizeof(float));
        path = test_write(&folder, "t.npy", &image);
        assert_int_equal(limen_thresholds_read(path, 3, labels, NULL, &thresholds, &file, &error),
                         cases[i].status);
        if (cases[i].status == LIMEN_OK) {
            assert_true(limen_thresholds_describe(thresholds)->values[2] == 0.75);
            assert_null(file);
        } else {
            assert_ptr_equal(file, path);
            assert_non_null(strstr(error.message, cases[i].part));
        }
        limen_thresholds_destroy(thresholds);
    }
}

#define HEAD "{\"format\": \"limen-thresholds\", \"version\": 1, "

static void test_json(void **unused)
{
    const char *path =
        test_write_text(&folder, "t.json",
                        HEAD "\"task\": \"multilabel\", \"rule\": \"gt\", \"dtype\": \"float32\",\n"
                             "\"labels\": [{\"name\": \"c=d\", \"threshold\": \"-inf\"},\n"
                             "{\"name\": \"joy\", \"threshold\": 0.1382, \"low\": 0.1},\n"
                             "{\"name\": \"a,b\", \"threshold\": 1}], \"value\": null}");
    limen_thresholds *thresholds = NULL;
    limen_error error;
    const limen_thresholds_info *info;

    (void)unused;
    assert_int_equal(limen_thresholds_read(path, 3, labels, NULL, &thresholds, NULL, &error),
                     LIMEN_OK);
    info = limen_thresholds_describe(thresholds);
    assert_int_equal(info->from_file, 1);
    assert_int_equal(info->rule, LIMEN_GT);
    assert_int_equal(info->dtype, LIMEN_F32);
    assert_int_equal(info->task, LIMEN_MULTILABEL);
    assert_true(info->values[0] == 0.1382 && info->values[1] == 1 && info->values[2] == -INFINITY);
    for (int i = 0; i < 3; i++)
        assert_string_equal(info->labels[i], labels[i]);
    limen_thresholds_destroy(thresholds);

    /* Data without names takes them in the file's order. */
    assert_int_equal(limen_thresholds_read(path, 3, NULL, NULL, &thresholds, NULL, &error),
                     LIMEN_OK);
    assert_true(limen_thresholds_describe(thresholds)->values[1] == 0.1382);
    assert_string_equal(limen_thresholds_describe(thresholds)->labels[0], "c=d");
    limen_thresholds_destroy(thresholds);

    /* Without data the file is as wide as it is. */
    assert_int_equal(limen_thresholds_read(path, 0, NULL, NULL, &thresholds, NULL, &error),
                     LIMEN_OK);
    assert_int_equal(limen_thresholds_describe(thresholds)->width, 3);
    assert_true(limen_thresholds_describe(thresholds)->values[2] == 1);
    limen_thresholds_destroy(thresholds);
    assert_int_equal(limen_thresholds_read(path, 0, labels, NULL, &thresholds, NULL, &error),
                     LIMEN_ERR_ARGUMENT);
    assert_int_equal(limen_thresholds_read("0.5", 0, NULL, NULL, &thresholds, NULL, &error),
                     LIMEN_ERR_ARGUMENT);
    path = test_write_text(&folder, "n.json", HEAD "\"labels\": []}");
    assert_int_equal(limen_thresholds_read(path, 0, NULL, NULL, &thresholds, NULL, &error),
                     LIMEN_ERR_FORMAT);

    path = test_write_text(&folder, "m.json",
                           HEAD "\"task\": \"multiclass\", \"labels\": [{\"offset\": 0}, "
                                "{\"offset\": -0.5}, {\"offset\": \"+inf\"}]}");
    assert_int_equal(limen_thresholds_read(path, 3, labels, NULL, &thresholds, NULL, &error),
                     LIMEN_OK);
    info = limen_thresholds_describe(thresholds);
    assert_int_equal(info->task, LIMEN_MULTICLASS);
    assert_null(info->labels);
    assert_true(info->values[1] == -0.5 && info->values[2] == INFINITY);
    limen_thresholds_destroy(thresholds);
}

#define OFFSETS                                                                        \
    HEAD "\"task\": \"multiclass\", \"labels\": [{\"name\": \"c=d\", \"offset\": 0}, " \
         "{\"name\": \"joy\", \"offset\": 0}, {\"name\": \"a,b\", \"offset\": 0}], "

/* Rules for whole rows; a matrix is turned to the order of the data's classes. */
static void test_row_rules(void **unused)
{
    static const double by_data[] = {0, 5, 3, 7, 0, 6, 1, 2, 0};
    const char *path = test_write_text(&folder, "r.json",
                                       HEAD "\"top_labels\": 2, \"labels\": [{\"threshold\": "
                                            "null}, {\"threshold\": null}, {}]}");
    limen_thresholds *thresholds = NULL;
    const limen_thresholds_info *info;
    limen_error error;

    (void)unused;
    assert_int_equal(limen_thresholds_read(path, 3, labels, NULL, &thresholds, NULL, &error),
                     LIMEN_OK);
    info = limen_thresholds_describe(thresholds);
    assert_int_equal(info->top_labels, 2);
    assert_null(info->cost_matrix);
    limen_thresholds_destroy(thresholds);

    path = test_write_text(&folder, "c.json",
                           OFFSETS "\"cost_matrix\": [[0, 1, 2], [3, 0, 5], [6, 7, 0]]}");
    assert_int_equal(limen_thresholds_read(path, 3, labels, NULL, &thresholds, NULL, &error),
                     LIMEN_OK);
    info = limen_thresholds_describe(thresholds);
    assert_int_equal(info->top_labels, 0);
    assert_memory_equal(info->cost_matrix, by_data, sizeof by_data);
    limen_thresholds_destroy(thresholds);
}

static void test_refused_json(void **unused)
{
    static const struct {
        const char *text;
        limen_status status;
        int64_t row;
        const char *part;
    } cases[] = {
        {"", LIMEN_ERR_FORMAT, 1, "not JSON"},
        {"{\n \"format\": }", LIMEN_ERR_FORMAT, 2, "not JSON"},
        {"[1]", LIMEN_ERR_FORMAT, -1, "no thresholds file"},
        {"{\"format\": \"limen-report\", \"version\": 1}", LIMEN_ERR_FORMAT, -1, "\"format\""},
        {"{\"format\": \"limen-thresholds\", \"version\": 2}", LIMEN_ERR_UNSUPPORTED, -1,
         "version"},
        {HEAD "\"rule\": \"above\"}", LIMEN_ERR_FORMAT, -1, "\"rule\""},
        {HEAD "\"task\": 3}", LIMEN_ERR_FORMAT, -1, "\"task\""},
        {HEAD "\"dtype\": \"float12\"}", LIMEN_ERR_FORMAT, -1, "\"dtype\""},
        {HEAD "\"x\": 1}", LIMEN_ERR_FORMAT, -1, "no array \"labels\""},
        {HEAD "\"labels\": []}", LIMEN_ERR_ARGUMENT, -1, "0 labels, the data has 3"},
        {HEAD "\"labels\": [{\"threshold\": 1}, {\"threshold\": null}, {\"threshold\": 1}]}",
         LIMEN_ERR_FORMAT, -1, "label \"a,b\" has no \"threshold\""},
        {HEAD "\"labels\": [{\"threshold\": 1}, {\"threshold\": \"0.5\"}, {\"threshold\": 1}]}",
         LIMEN_ERR_FORMAT, -1, "label \"a,b\""},
        {HEAD "\"labels\": [1, 2, 3]}", LIMEN_ERR_FORMAT, -1, "label \"joy\""},
        {HEAD "\"labels\": [{\"name\": \"joy\", \"threshold\": 1}, {\"threshold\": 1}, "
              "{\"threshold\": 1}]}",
         LIMEN_ERR_FORMAT, -1, "label 1 has no name"},
        {HEAD "\"labels\": [{\"name\": \"joy\", \"threshold\": 1}, {\"name\": \"rage\", "
              "\"threshold\": 1}, {\"name\": \"a,b\", \"threshold\": 1}]}",
         LIMEN_ERR_ARGUMENT, -1, "\"rage\", which the data does not have"},
        {HEAD "\"labels\": [{\"name\": \"joy\", \"threshold\": 1}, {\"name\": \"joy\", "
              "\"threshold\": 1}, {\"name\": \"a,b\", \"threshold\": 1}]}",
         LIMEN_ERR_FORMAT, -1, "twice"},
        {HEAD "\"top_labels\": 4, \"labels\": [{}, {}, {}]}", LIMEN_ERR_FORMAT, -1, "from 1 to 3"},
        {HEAD "\"top_labels\": \"two\", \"labels\": [{}, {}, {}]}", LIMEN_ERR_FORMAT, -1,
         "from 1 to 3"},
        {HEAD "\"task\": \"binary\", \"top_labels\": 1, \"labels\": [{}, {}, {}]}",
         LIMEN_ERR_FORMAT, -1, "of a multilabel task"},
        {HEAD "\"cost_matrix\": [], \"labels\": [{}, {}, {}]}", LIMEN_ERR_FORMAT, -1,
         "goes with a multiclass task"},
        {OFFSETS "\"cost_matrix\": [[0, 1, 1], [1, 0, 1]]}", LIMEN_ERR_FORMAT, -1,
         "3 rows of 3 numbers"},
        {OFFSETS "\"cost_matrix\": [[0, 1, 1], [1, 0, 1], [1, 1, 0, 0]]}", LIMEN_ERR_FORMAT, -1,
         "3 rows of 3 numbers"},
        {OFFSETS "\"cost_matrix\": [[0, 1, 1], [1, 0, 1], [1, \"1\", 0]]}", LIMEN_ERR_FORMAT, -1,
         "3 rows of 3 numbers"},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *path = test_write_text(&folder, "bad.json", cases[i].text);
        limen_thresholds *thresholds = NULL;
        const char *file = NULL;
        limen_error error;

        assert_int_equal(limen_thresholds_read(path, 3, labels, NULL, &thresholds, &file, &error),
                         cases[i].status);
        assert_ptr_equal(file, path);
        if (!strstr(error.message, cases[i].part) || error.row != cases[i].row)
            fail_msg("case %zu: %lld: %s", i, (long long)error.row, error.message);
    }
}

static void test_missing_file(void **unused)
{
    limen_thresholds *thresholds = NULL;
    limen_error error;

    (void)unused;
    assert_int_equal(limen_thresholds_read(test_path(&folder, "none.json"), 3, labels, NULL,
                                           &thresholds, NULL, &error),
                     LIMEN_ERR_IO);
    assert_int_equal(limen_thresholds_read(test_path(&folder, "none.npy"), 3, labels, NULL,
                                           &thresholds, NULL, &error),
                     LIMEN_ERR_IO);
}

static int make_folder(void **unused)
{
    (void)unused;
    test_folder_make(&folder);
    return 0;
}

static int remove_folder(void **unused)
{
    (void)unused;
    test_folder_remove(&folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists_and_names), cmocka_unit_test(test_refused_specs),
        cmocka_unit_test(test_arrays),          cmocka_unit_test(test_json),
        cmocka_unit_test(test_row_rules),       cmocka_unit_test(test_refused_json),
        cmocka_unit_test(test_missing_file),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
