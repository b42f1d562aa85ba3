/* Files that appear whole or not at all, and decisions in them. */
#include "io/npy.h"
#include "limen_io.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/files.h"

#include <sys/stat.h>

static test_folder folder;

static test_image read_back(const char *path)
{
    test_image image = {NULL, 0, 0};
    FILE *file = fopen(path, "rb");
    char part[4096];
    size_t got;

    assert_non_null(file);
    while ((got = fread(part, 1, sizeof part, file)) > 0)
        test_add(&image, part, got);
    fclose(file);
    return image;
}

static void check_content(const char *path, const char *expected)
{
    test_image image = read_back(path);

    assert_int_equal(image.length, strlen(expected));
    assert_memory_equal(image.bytes, expected, image.length);
    free(image.bytes);
}

static void test_commit_and_abort(void **unused)
{
    const char *path = test_write_text(&folder, "a.txt", "old");
    limen_sink *sink = NULL;

    (void)unused;
    assert_int_equal(chmod(path, 0640), 0);
    for (int commit = 0; commit < 2; commit++) {
        struct stat status;

        assert_int_equal(limen_sink_open(path, NULL, &sink, NULL), LIMEN_OK);
        assert_int_equal(limen_sink_write(sink, "new ", 4, NULL), LIMEN_OK);
        assert_int_equal(limen_sink_write(sink, "text", 4, NULL), LIMEN_OK);
        assert_int_equal(limen_sink_patch(sink, 1, "E", 1, NULL), LIMEN_OK);
        check_content(path, "old");
        if (commit)
            assert_int_equal(limen_sink_commit(sink, NULL), LIMEN_OK);
        else
            limen_sink_abort(sink);
        check_content(path, commit ? "nEw text" : "old");
        assert_int_equal(stat(path, &status), 0);
        assert_int_equal(status.st_mode & 0777, 0640);
        assert_int_equal(test_folder_count(&folder), 1);
    }
    assert_int_equal(unlink(path), 0);
}

static void test_large(void **unused)
{
    const char *path = test_path(&folder, "large");
    static unsigned char block[200000];
    limen_sink *sink = NULL;
    test_image image;
    size_t at = 0;

    (void)unused;
    for (size_t i = 0; i < sizeof block; i++)
        block[i] = (unsigned char)(i * 7 + i / 251);
    assert_int_equal(limen_sink_open(path, NULL, &sink, NULL), LIMEN_OK);
    for (size_t count = 1; at < sizeof block; count = count * 3 % 90001 + 1) {
        size_t part = sizeof block - at < count ? sizeof block - at : count;

        assert_int_equal(limen_sink_write(sink, block + at, part, NULL), LIMEN_OK);
        at += part;
    }
    assert_int_equal(limen_sink_commit(sink, NULL), LIMEN_OK);
    image = read_back(path);
    assert_int_equal(image.length, sizeof block);
    assert_memory_equal(image.bytes, block, sizeof block);
    free(image.bytes);
    assert_int_equal(unlink(path), 0);
}

static void test_link(void **unused)
{
    char real[600];
    limen_sink *sink = NULL;
    const char *path;
    struct stat status;

    (void)unused;
    (void)snprintf(real, sizeof real, "%s", test_write_text(&folder, "real", "old"));
    path = test_path(&folder, "link");
    assert_int_equal(symlink(real, path), 0);
    assert_int_equal(limen_sink_open(path, NULL, &sink, NULL), LIMEN_OK);
    assert_int_equal(limen_sink_write(sink, "new", 3, NULL), LIMEN_OK);
    assert_int_equal(limen_sink_commit(sink, NULL), LIMEN_OK);
    check_content(real, "new");
    assert_int_equal(lstat(path, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(unlink(real), 0);
}

static void test_failures(void **unused)
{
    limen_sink *sink = NULL;
    limen_error error;

    (void)unused;
    assert_int_equal(limen_sink_open(folder.path, NULL, &sink, &error), LIMEN_ERR_IO);
    assert_non_null(strstr(error.message, "is a directory"));
    assert_int_equal(limen_sink_open(test_path(&folder, "no/such/file"), NULL, &sink, &error),
                     LIMEN_ERR_IO);
    assert_non_null(strstr(error.message, "cannot be written"));
    assert_int_equal(test_folder_count(&folder), 0);
}

/* /dev/full takes nothing: the failure comes with the buffer's first way out. */
static void test_disk_full(void **unused)
{
    static unsigned char block[100000];
    limen_sink *sink = NULL;
    limen_error error;

    (void)unused;
    if (access("/dev/full", W_OK) != 0)
        skip();
    assert_int_equal(limen_sink_open("/dev/full", NULL, &sink, &error), LIMEN_OK);
    assert_int_equal(limen_sink_write(sink, "x", 1, &error), LIMEN_OK);
    assert_int_equal(limen_sink_commit(sink, &error), LIMEN_ERR_IO);
    assert_non_null(strstr(error.message, "No space left"));
    assert_int_equal(limen_sink_open("/dev/full", NULL, &sink, &error), LIMEN_OK);
    assert_int_equal(limen_sink_write(sink, block, sizeof block, &error), LIMEN_ERR_IO);
    assert_int_equal(limen_sink_write(sink, "x", 1, &error), LIMEN_ERR_IO);
    assert_int_equal(limen_sink_commit(sink, &error), LIMEN_ERR_IO);
}

static void write_decisions(const char *path, limen_task task, int64_t width,
                            const char *const *labels, const void *values, int64_t rows)
{
    limen_decisions *decisions = NULL;
    size_t item = task == LIMEN_MULTICLASS ? sizeof(int64_t) : (size_t)width;

    assert_int_equal(limen_decisions_open(path, task, width, labels, NULL, &decisions, NULL),
                     LIMEN_OK);
    for (int64_t row = 0; row < rows; row++)
        assert_int_equal(limen_decisions_write(decisions,
                                               (const unsigned char *)values + (size_t)row * item,
                                               1, NULL),
                         LIMEN_OK);
    assert_int_equal(limen_decisions_commit(decisions, NULL), LIMEN_OK);
}

static void test_decisions_text(void **unused)
{
    static const char *const labels[] = {"joy", "a,b", "q\"q"};
    static const unsigned char flags[] = {1, 0, 1, 0, 0, 0};
    static const int64_t classes[] = {2, 0, 1};
    const char *path = test_path(&folder, "d.csv");

    (void)unused;
    write_decisions(path, LIMEN_MULTILABEL, 3, labels, flags, 2);
    check_content(path, "joy,\"a,b\",\"q\"\"q\"\n1,0,1\n0,0,0\n");
    write_decisions(path, LIMEN_BINARY, 1, NULL, flags, 3);
    check_content(path, "0\n1\n0\n1\n");
    write_decisions(path, LIMEN_MULTICLASS, 3, labels, classes, 3);
    check_content(path, "class\n\"q\"\"q\"\njoy\n\"a,b\"\n");
    write_decisions(path, LIMEN_MULTILABEL, 3, NULL, flags, 0);
    check_content(path, "0,1,2\n");
    assert_int_equal(unlink(path), 0);
}

static void test_decisions_npy(void **unused)
{
    static const unsigned char flags[] = {1, 0, 1, 0, 0, 1};
    static const int64_t classes[] = {2, 0, 1};
    static const struct {
        limen_task task;
        int64_t width, rows;
        const void *values;
        int ndim;
        limen_dtype dtype;
    } cases[] = {
        {LIMEN_MULTILABEL, 3, 2, flags, 2, LIMEN_U8},
        {LIMEN_BINARY, 1, 6, flags, 1, LIMEN_U8},
        {LIMEN_MULTICLASS, 3, 3, classes, 1, LIMEN_I64},
        {LIMEN_MULTILABEL, 3, 0, flags, 2, LIMEN_U8},
    };
    const char *path = test_path(&folder, "d.npy");

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_image image;
        limen_npy npy;
        size_t header;

        write_decisions(path, cases[i].task, cases[i].width, NULL, cases[i].values, cases[i].rows);
        image = read_back(path);
        assert_int_equal(limen_npy_measure(image.bytes, image.length, &header, NULL), LIMEN_OK);
        assert_int_equal(limen_npy_parse(&npy, image.bytes, header, NULL), LIMEN_OK);
        assert_int_equal(npy.ndim, cases[i].ndim);
        assert_int_equal(npy.shape[0], cases[i].rows);
        assert_int_equal(npy.dtype, cases[i].dtype);
        assert_int_equal(header + (size_t)npy.bytes, image.length);
        if (npy.bytes)
            assert_memory_equal(image.bytes + header, cases[i].values, (size_t)npy.bytes);
        free(image.bytes);
    }
    assert_int_equal(unlink(path), 0);
}

static void test_decisions_refused(void **unused)
{
    static const int64_t wrong = 3;
    limen_decisions *decisions = NULL;
    limen_error error;

    (void)unused;
    assert_int_equal(limen_decisions_open(test_path(&folder, "d.txt"), LIMEN_BINARY, 1, NULL, NULL,
                                          &decisions, &error),
                     LIMEN_ERR_ARGUMENT);
    assert_int_equal(limen_decisions_open(test_path(&folder, "d.csv"), LIMEN_MULTICLASS, 3, NULL,
                                          NULL, &decisions, &error),
                     LIMEN_OK);
    assert_int_equal(limen_decisions_write(decisions, &wrong, 1, &error), LIMEN_ERR_ARGUMENT);
    limen_decisions_abort(decisions);
    assert_int_equal(test_folder_count(&folder), 0);
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
        cmocka_unit_test(test_commit_and_abort),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_link),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_disk_full),
        cmocka_unit_test(test_decisions_text),
        cmocka_unit_test(test_decisions_npy),
        cmocka_unit_test(test_decisions_refused),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
