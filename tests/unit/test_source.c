/* Sources of arrays: layouts, shapes that do not go together, files that cannot be read, labels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/files.h"
#include "support/source.h"

#include <sys/stat.h>

static test_folder folder;
static test_data data;
static char paths[6][600];

/* Writes an array of bytes counting up (of 1-byte elements) under a name of its own. */
static const char *array_file(int slot, const char *descr, const char *shape, int fortran,
                              size_t bytes)
{
    unsigned char content[1024];
    char dictionary[128];
    test_image image;

    for (size_t i = 0; i < bytes; i++)
        content[i] = (unsigned char)i;
    (void)snprintf(dictionary, sizeof dictionary,
                   "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }", descr,
                   fortran ? "True" : "False", shape);
    image = test_npy(1, dictionary, content, bytes);
    (void)snprintf(paths[slot], sizeof paths[slot], "%s/%d.npy", folder.path, slot);
    (void)snprintf(dictionary, sizeof dictionary, "%d.npy", slot);
    (void)test_write(&folder, dictionary, &image);
    return paths[slot];
}

static void test_layouts(void **unused)
{
    static const double rows[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    static const double columns[] = {0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11};

    (void)unused;
    for (int small = 0; small < 2; small++)
        for (int fortran = 0; fortran < 2; fortran++) {
            limen_source_options options = {
                .size = sizeof options,
                .scores = array_file(0, "|u1", "(4, 3)", fortran, 12),
                .targets = array_file(1, "|b1", "(4, 3)", 0, 12),
                .weights = array_file(2, "|u1", "(4,)", 0, 4),
                .groups = array_file(3, "|i1", "(4, 1)", 0, 4),
                .block_bytes = small,
            };

            assert_int_equal(test_read(&options, &data, NULL), LIMEN_OK);
            assert_int_equal(data.rows, 4);
            assert_memory_equal(data.values[LIMEN_INPUT_SCORES], fortran ? columns : rows,
                                sizeof rows);
            assert_memory_equal(data.values[LIMEN_INPUT_TARGETS], rows, sizeof rows);
            assert_int_equal(data.count[LIMEN_INPUT_WEIGHTS], 4);
            assert_int_equal(data.count[LIMEN_INPUT_GROUPS], 4);
        }
}

static void test_byte_order(void **unused)
{
    (void)unused;
    for (int fortran = 0; fortran < 2; fortran++) {
        limen_source_options options = {.size = sizeof options,
                                        .scores = array_file(0, ">u2", "(3, 2)", fortran, 12),
                                        .without_targets = 1};

        assert_int_equal(test_read(&options, &data, NULL), LIMEN_OK);
        assert_true(data.values[LIMEN_INPUT_SCORES][0] == 0x0001);
        assert_true(data.values[LIMEN_INPUT_SCORES][1] == (fortran ? 0x0607 : 0x0203));
        assert_true(data.values[LIMEN_INPUT_SCORES][5] == 0x0a0b);
    }
}

static void test_axes(void **unused)
{
    static const struct {
        const char *scores, *targets, *weights;
        limen_status status;
        const char *part;
    } cases[] = {
        {"(12,)", "(12,)", NULL, LIMEN_OK, ""},
        {"(12, 1)", "(12,)", "(12, 1)", LIMEN_OK, ""},
        {"(4, 3)", "(4, 3)", "(4,)", LIMEN_OK, ""},
        {"(4, 3)", "(4,)", NULL, LIMEN_OK, ""},
        {"(2, 3, 2)", "(2, 3, 2)", "(2, 2)", LIMEN_OK, ""},
        {"(2, 3, 2)", "(2, 2)", "(2,)", LIMEN_OK, ""},
        {"(0, 3)", "(0, 3)", NULL, LIMEN_OK, ""},
        {"(4, 3)", "(3, 4)", NULL, LIMEN_ERR_SHAPE, "3 rows, scores have 4"},
        {"(4, 3)", "(4, 2)", NULL, LIMEN_ERR_SHAPE, "2 columns, scores have 3"},
        {"(4, 3)", "(4, 3)", "(4, 3)", LIMEN_ERR_SHAPE, "give one column"},
        {"(4, 3)", "(4, 3)", "(3,)", LIMEN_ERR_SHAPE, "weights have 3 rows"},
        {"(2, 3, 2)", "(2, 3)", NULL, LIMEN_ERR_SHAPE, "third axis"},
        {"(4, 3)", "()", NULL, LIMEN_ERR_SHAPE, "0 rows"},
        {"()", "(1,)", NULL, LIMEN_ERR_SHAPE, "single number"},
        {"(4, 0)", "(4, 0)", NULL, LIMEN_ERR_SHAPE, "no labels"},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const shapes[] = {cases[i].scores, cases[i].targets, cases[i].weights};
        limen_source_options options = {.size = sizeof options};
        const char *files[3] = {NULL, NULL, NULL};
        limen_source *source = NULL;
        limen_error error = {.code = LIMEN_OK};
        const char *file;
        limen_status status;

        for (int k = 0; k < 3 && shapes[k]; k++) {
            size_t bytes = 1;

            for (const char *at = shapes[k]; *at; at++)
                if (*at >= '0' && *at <= '9') {
                    bytes *= strtoul(at, (char **)&at, 10);
                    at--;
                }
            files[k] = array_file(k, "|u1", shapes[k], 0, bytes);
        }
        options.scores = files[0];
        options.targets = files[1];
        options.weights = files[2];
        status = limen_source_open(&options, NULL, &source, &file, &error);
        if (status != cases[i].status || !strstr(error.message, cases[i].part))
            fail_msg("case %zu: %s", i, error.message);
        if (status == LIMEN_OK) {
            assert_int_equal(test_read_all(source, &data, &error), LIMEN_OK);
            assert_int_equal(data.rows, limen_source_describe(source)->rows);
        } else {
            assert_non_null(file);
        }
        limen_source_close(source);
    }
}

static void test_wrong_length(void **unused)
{
    limen_source_options options = {.size = sizeof options};
    limen_error error;
    const char *file;
    limen_source *source;
    int64_t header;

    (void)unused;
    options.scores = array_file(0, "|u1", "(4, 3)", 0, 12);
    options.targets = array_file(1, "|u1", "(4, 3)", 0, 9);
    {
        struct stat status;

        assert_int_equal(stat(options.targets, &status), 0);
        header = status.st_size - 9;
    }
    assert_int_equal(limen_source_open(&options, NULL, &source, &file, &error), LIMEN_ERR_FORMAT);
    assert_ptr_equal(file, options.targets);
    assert_int_equal(error.byte, header + 9);
    assert_non_null(strstr(error.message, "ends 3 bytes too early: the array has 12 bytes"));
    (void)array_file(1, "|u1", "(4, 3)", 0, 13);
    assert_int_equal(limen_source_open(&options, NULL, &source, &file, &error), LIMEN_ERR_FORMAT);
    assert_int_equal(error.byte, header + 12);
    assert_non_null(strstr(error.message, "goes on behind"));
    assert_int_equal(truncate(options.targets, 40), 0);
    assert_int_equal(limen_source_open(&options, NULL, &source, &file, &error), LIMEN_ERR_FORMAT);
    assert_int_equal(error.byte, 40);
    assert_int_equal(truncate(options.targets, 0), 0);
    assert_int_equal(limen_source_open(&options, NULL, &source, &file, &error), LIMEN_ERR_FORMAT);
    assert_non_null(strstr(error.message, "empty"));
}

static void test_unreadable(void **unused)
{
    char missing[600];
    limen_source_options options = {.size = sizeof options};
    limen_source *source;
    limen_error error;
    const char *file;

    (void)unused;
    (void)snprintf(missing, sizeof missing, "%s/none.npy", folder.path);
    options.scores = array_file(0, "|u1", "(4,)", 0, 4);
    options.targets = missing;
    assert_int_equal(limen_source_open(&options, NULL, &source, &file, &error), LIMEN_ERR_IO);
    assert_ptr_equal(file, missing);
    assert_non_null(strstr(error.message, "No such file"));
    options.targets = folder.path;
    assert_int_equal(limen_source_open(&options, NULL, &source, &file, &error), LIMEN_ERR_IO);
    assert_ptr_equal(file, folder.path);
    assert_non_null(strstr(error.message, "is a directory"));
    options.targets = array_file(1, "|u1", "(4,)", 0, 4);
    if (geteuid() == 0)
        return; /* root reads everything */
    assert_int_equal(chmod(options.targets, 0), 0);
    assert_int_equal(limen_source_open(&options, NULL, &source, &file, &error), LIMEN_ERR_IO);
    assert_non_null(strstr(error.message, "Permission"));
}

static void test_options(void **unused)
{
    limen_source_options options = {.size = sizeof options};
    limen_source *source;
    limen_error error;

    (void)unused;
    assert_int_equal(limen_source_open(&options, NULL, &source, NULL, &error), LIMEN_ERR_ARGUMENT);
    options.scores = array_file(0, "|u1", "(4,)", 0, 4);
    assert_int_equal(limen_source_open(&options, NULL, &source, NULL, &error), LIMEN_ERR_ARGUMENT);
    options.table = options.scores;
    assert_int_equal(limen_source_open(&options, NULL, &source, NULL, &error), LIMEN_ERR_ARGUMENT);
    options.scores = NULL;
    assert_int_equal(limen_source_open(&options, NULL, &source, NULL, &error), LIMEN_ERR_ARGUMENT);
    assert_non_null(strstr(error.message, "is one array"));
    options.size = 0;
    assert_int_equal(limen_source_open(&options, NULL, &source, NULL, &error), LIMEN_ERR_ARGUMENT);
}

static limen_status open_with_labels(const char *labels, limen_source **source, limen_error *error)
{
    limen_source_options options = {.size = sizeof options,
                                    .scores = array_file(0, "|u1", "(4, 3)", 0, 12),
                                    .without_targets = 1,
                                    .labels = labels};

    return limen_source_open(&options, NULL, source, NULL, error);
}

static void test_labels(void **unused)
{
    static const struct {
        const char *text;
        limen_status status;
        const char *part;
    } cases[] = {
        {"joy\nfear\nh\xc3\xa9\n", LIMEN_OK, ""},
        {"\xef\xbb\xbfjoy\r\nfear\r\nh\xc3\xa9\r\n\r\n", LIMEN_OK, ""},
        {"joy\nfear\nh\xc3\xa9", LIMEN_OK, ""},
        {"joy\nfear\n", LIMEN_ERR_SHAPE, "2 label names for 3"},
        {"joy\n\nfear\n", LIMEN_ERR_FORMAT, "is empty"},
        {"joy\nfear\njoy\n", LIMEN_ERR_FORMAT, "twice"},
        {"joy\nfear\nh\xe9\n", LIMEN_ERR_FORMAT, "UTF-8"},
        {"joy\nfear\nh\xed\xa0\x80\n", LIMEN_ERR_FORMAT, "UTF-8"},
        {"joy\nfe\tar\nx\n", LIMEN_ERR_FORMAT, "control"},
        {"", LIMEN_ERR_FORMAT, "no names"},
        {"\n\n", LIMEN_ERR_FORMAT, "no names"},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        limen_error error = {.code = LIMEN_OK};
        limen_source *source = NULL;
        char path[600];

        (void)snprintf(path, sizeof path, "%s",
                       test_write_text(&folder, "labels.txt", cases[i].text));
        if (open_with_labels(path, &source, &error) != cases[i].status ||
            !strstr(error.message, cases[i].part))
            fail_msg("case %zu: %s", i, error.message);
        if (source) {
            assert_string_equal(limen_source_describe(source)->labels[1], "fear");
            assert_string_equal(limen_source_describe(source)->labels[2], "h\xc3\xa9");
        }
        limen_source_close(source);
    }
}

static void test_label_arrays(void **unused)
{
    static const uint32_t names[] = {'j', 'o', 0x79, 0xe9, 0x20ac, 0x1f600, 'x', 0, 0};
    limen_error error;
    limen_source *source = NULL;
    test_image image = test_npy(1, "{'descr': '<U3', 'fortran_order': False, 'shape': (3,), }",
                                names, sizeof names);
    char path[600];

    (void)unused;
    (void)snprintf(path, sizeof path, "%s", test_write(&folder, "labels.npy", &image));
    assert_int_equal(open_with_labels(path, &source, &error), LIMEN_OK);
    assert_string_equal(limen_source_describe(source)->labels[0], "joy");
    assert_string_equal(limen_source_describe(source)->labels[1],
                        "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    assert_string_equal(limen_source_describe(source)->labels[2], "x");
    limen_source_close(source);
    assert_int_equal(open_with_labels(array_file(5, "|u1", "(3,)", 0, 3), &source, &error),
                     LIMEN_ERR_DTYPE);
}

static void test_locate_files(void **unused)
{
    limen_source_options options = {.size = sizeof options,
                                    .scores = array_file(0, "|u1", "(4,)", 0, 4),
                                    .targets = array_file(1, "|u1", "(4,)", 0, 4)};
    limen_error error = {.input = LIMEN_INPUT_TARGETS, .row = 3, .column = 0, .byte = -1};
    limen_source *source = NULL;

    (void)unused;
    assert_int_equal(limen_source_open(&options, NULL, &source, NULL, NULL), LIMEN_OK);
    assert_string_equal(limen_source_locate(source, &error), options.targets);
    assert_int_equal(error.row, 3);
    error.input = LIMEN_INPUT_SCORES;
    assert_string_equal(limen_source_locate(source, &error), options.scores);
    limen_source_close(source);
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
        cmocka_unit_test(test_layouts),      cmocka_unit_test(test_byte_order),
        cmocka_unit_test(test_axes),         cmocka_unit_test(test_wrong_length),
        cmocka_unit_test(test_unreadable),   cmocka_unit_test(test_options),
        cmocka_unit_test(test_labels),       cmocka_unit_test(test_label_arrays),
        cmocka_unit_test(test_locate_files),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
