/* Sources, thresholds, sinks and decisions with the k-th allocation refused, for every k. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "oom/failing_allocator.h"
#include "support/files.h"
#include "support/source.h"

static test_folder folder;

/* One of the operations below; what it made is gone when it returns. */
typedef limen_status operation(const void *argument, const limen_allocator *allocator,
                               limen_error *error);

static void refuse_each(operation *run, const void *argument)
{
    limen_status status = LIMEN_ERR_MEMORY;
    failing_allocator memory = {0};
    limen_allocator allocator = failing_allocator_of(&memory);

    for (int64_t k = 1; status != LIMEN_OK; k++) {
        limen_error error = {.code = LIMEN_OK};

        memory.calls = 0;
        memory.fail_at = k;
        status = run(argument, &allocator, &error);
        assert_int_equal(memory.blocks, 0);
        if (status == LIMEN_OK) {
            assert_true(memory.calls < k);
            assert_true(k > 1);
        } else {
            assert_int_equal(status, LIMEN_ERR_MEMORY);
            assert_int_equal(error.code, LIMEN_ERR_MEMORY);
        }
    }
}

static limen_status read_source(const void *argument, const limen_allocator *allocator,
                                limen_error *error)
{
    const limen_source_options *options = argument;
    limen_source *source = NULL;
    const char *file = "";
    limen_status status = limen_source_open(options, allocator, &source, &file, error);
    limen_batch batch = {.scores = {.shape = {1, 1, 1}}};

    if (status == LIMEN_ERR_MEMORY) {
        assert_null(source);
        assert_null(file);
    }
    for (int pass = 0; pass < 2 && status == LIMEN_OK; pass++) {
        batch.scores.shape[0] = 1;
        while (status == LIMEN_OK && batch.scores.shape[0] > 0)
            status = limen_source_next(source, &batch, error);
        if (status == LIMEN_OK)
            status = limen_source_rewind(source, error);
    }
    limen_source_close(source);
    return status;
}

static void test_csv(void **unused)
{
    limen_source_options options = {.size = sizeof options, .block_bytes = 1};
    test_image image = {NULL, 0, 0};

    (void)unused;
    test_add_text(&image, "p_a,p_b,\"y_a\",y_b,w,g,\"n\"\"n\"\n");
    for (int i = 0; i < 5; i++)
        test_add_text(&image, "0.5,\"0.25\",0,1,1,2,\"x\"\"y\"\n");
    options.table = test_write(&folder, "a.csv", &image);
    options.weight_column = "w";
    options.group_column = "g";
    refuse_each(read_source, &options);
    options.score_columns = "p_b,\"p_a\"";
    options.target_columns = "y_b,y_a";
    refuse_each(read_source, &options);
}

static void test_gzip(void **unused)
{
    limen_source_options options = {.size = sizeof options};
    gzFile file;

    (void)unused;
    options.table = test_path(&folder, "a.csv.gz");
    file = gzopen(options.table, "wb");
    assert_non_null(file);
    assert_true(gzputs(file, "score,target\n0.25,1\n") > 0);
    assert_int_equal(gzclose(file), Z_OK);
    refuse_each(read_source, &options);
}

static test_image array_image(int fortran, const char *descr)
{
    char dictionary[128];

    (void)snprintf(dictionary, sizeof dictionary,
                   "{'descr': '%s', 'fortran_order': %s, 'shape': (4, 2), }", descr,
                   fortran ? "True" : "False");
    return test_npy(1, dictionary, "\0\1\2\3\4\5\6\7\0\1\2\3\4\5\6\7", 16);
}

static void test_npy_files(void **unused)
{
    char scores[600], targets[600], labels[600];
    limen_source_options options = {.size = sizeof options, .scores = scores, .targets = targets};
    test_image image = array_image(1, ">f2");

    (void)unused;
    (void)snprintf(scores, sizeof scores, "%s", test_write(&folder, "s.npy", &image));
    image = array_image(0, "<u2");
    (void)snprintf(targets, sizeof targets, "%s", test_write(&folder, "t.npy", &image));
    (void)snprintf(labels, sizeof labels, "%s",
                   test_write_text(&folder, "labels.txt", "joy\nfear\n"));
    refuse_each(read_source, &options);
    options.labels = labels;
    refuse_each(read_source, &options);
}

static void test_npz(void **unused)
{
    for (int form = 0; form < 4; form++) {
        test_zip zip = {{NULL, 0, 0}, {NULL, 0, 0}, 0};
        limen_source_options options = {.size = sizeof options, .block_bytes = 8};
        test_image image = array_image(form & 1, "<f2");

        (void)unused;
        test_zip_add(&zip, "scores.npy", &image, form >> 1);
        image = array_image(0, ">u2");
        test_zip_add(&zip, "targets.npy", &image, form >> 1);
        image = test_npy(1, "{'descr': '<U1', 'fortran_order': False, 'shape': (2,), }",
                         "a\0\0\0b\0\0\0", 8);
        test_zip_add(&zip, "labels.npy", &image, form >> 1);
        image = test_zip_end(&zip);
        options.table = test_write(&folder, "a.npz", &image);
        refuse_each(read_source, &options);
    }
}

static limen_status read_thresholds(const void *argument, const limen_allocator *allocator,
                                    limen_error *error)
{
    static const char *const labels[] = {"joy", "fear"};
    limen_thresholds *thresholds = NULL;
    limen_status status =
        limen_thresholds_read(argument, 2, labels, allocator, &thresholds, NULL, error);

    limen_thresholds_destroy(thresholds);
    return status;
}

static void test_thresholds(void **unused)
{
    test_image image =
        test_npy(1, "{'descr': '<u2', 'fortran_order': False, 'shape': (2,), }", "\1\0\2\0", 4);

    (void)unused;
    refuse_each(read_thresholds, "0.5");
    refuse_each(read_thresholds, "fear=0.25,*=0.5");
    refuse_each(read_thresholds, test_write(&folder, "t.npy", &image));
    refuse_each(read_thresholds,
                test_write_text(&folder, "t.json",
                                "{\"format\": \"limen-thresholds\", \"version\": 1, \"labels\": ["
                                "{\"name\": \"fear\", \"threshold\": 1}, "
                                "{\"name\": \"joy\", \"threshold\": 2}]}"));
}

/* `argument` ends in .csv or .npy. A failure leaves no file behind. */
static limen_status write_decisions(const void *argument, const limen_allocator *allocator,
                                    limen_error *error)
{
    static const char *const labels[] = {"joy", "fear, or not"};
    static const unsigned char flags[] = {0, 1, 1, 0};
    limen_decisions *decisions = NULL;
    limen_status status =
        limen_decisions_open(argument, LIMEN_MULTILABEL, 2, labels, allocator, &decisions, error);

    if (status == LIMEN_OK) {
        status = limen_decisions_write(decisions, flags, 2, error);
        if (status == LIMEN_OK)
            status = limen_decisions_commit(decisions, error);
        else
            limen_decisions_abort(decisions);
    }
    assert_int_equal(access(argument, F_OK), status == LIMEN_OK ? 0 : -1);
    return status;
}

static void test_decisions(void **unused)
{
    int before = test_folder_count(&folder);

    (void)unused;
    refuse_each(write_decisions, test_path(&folder, "d.csv"));
    refuse_each(write_decisions, test_path(&folder, "d.npy"));
    assert_int_equal(test_folder_count(&folder), before + 2);
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
        cmocka_unit_test(test_csv),        cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_npy_files),  cmocka_unit_test(test_npz),
        cmocka_unit_test(test_thresholds), cmocka_unit_test(test_decisions),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
