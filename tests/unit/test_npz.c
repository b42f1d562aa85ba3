/* Archives: stored and deflated members, either order, and every way to be damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/files.h"
#include "support/source.h"

static test_folder folder;
static test_data data;

enum { ROWS = 100, WIDTH = 3 };

/* scores (ROWS, WIDTH) with element i * 0.25, targets i % 2, and names. */
static void add_arrays(test_zip *zip, int deflated, int fortran, int with_targets)
{
    float scores[ROWS * WIDTH];
    unsigned char targets[ROWS * WIDTH];
    test_image image;

    for (int row = 0; row < ROWS; row++)
        for (int column = 0; column < WIDTH; column++) {
            int place = fortran ? column * ROWS + row : row * WIDTH + column;

            scores[place] = 0.25F * (float)(row * WIDTH + column);
            targets[row * WIDTH + column] = (unsigned char)((row * WIDTH + column) % 2);
        }
    image = test_npy(1,
                     fortran ? "{'descr': '<f4', 'fortran_order': True, 'shape': (100, 3), }"
                             : "{'descr': '<f4', 'fortran_order': False, 'shape': (100, 3), }",
                     scores, sizeof scores);
    test_zip_add(zip, "scores.npy", &image, deflated);
    image = test_npy(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (100, 3), }", targets,
                     sizeof targets);
    test_zip_add(zip, with_targets ? "targets.npy" : "y.npy", &image, deflated);
    image = test_npy(1, "{'descr': '|S4', 'fortran_order': False, 'shape': (3,), }",
                     "joy\0fearrage", 12);
    test_zip_add(zip, "labels.npy", &image, deflated);
}

static test_image make_archive(int deflated, int fortran)
{
    test_zip zip = {{NULL, 0, 0}, {NULL, 0, 0}, 0};

    add_arrays(&zip, deflated, fortran, 1);
    return test_zip_end(&zip);
}

static void test_members(void **unused)
{
    (void)unused;
    for (int form = 0; form < 4; form++)
        for (int small = 0; small < 2; small++) {
            test_image image = make_archive(form & 1, form >> 1);
            limen_source_options options = {.size = sizeof options,
                                            .table = test_write(&folder, "a.npz", &image),
                                            .block_bytes = small ? 40 : 0};
            limen_source *source = NULL;
            limen_error error;
            const limen_source_info *info;

            assert_int_equal(limen_source_open(&options, NULL, &source, NULL, &error), LIMEN_OK);
            info = limen_source_describe(source);
            assert_string_equal(info->format, "npz");
            assert_int_equal(info->rows, ROWS);
            assert_int_equal(info->label_count, 3);
            assert_string_equal(info->labels[1], "fear");
            for (int pass = 0; pass < 2; pass++) {
                assert_int_equal(test_read_all(source, &data, &error), LIMEN_OK);
                assert_int_equal(data.rows, ROWS);
                assert_true(small ? data.batches > 30 : data.batches == 1);
                for (int i = 0; i < ROWS * WIDTH; i++) {
                    assert_true(data.values[LIMEN_INPUT_SCORES][i] == 0.25 * i);
                    assert_true(data.values[LIMEN_INPUT_TARGETS][i] == i % 2);
                }
                assert_int_equal(limen_source_position(source), info->bytes);
                assert_int_equal(limen_source_rewind(source, &error), LIMEN_OK);
            }
            limen_source_close(source);
        }
}

static void test_missing_member(void **unused)
{
    test_zip zip = {{NULL, 0, 0}, {NULL, 0, 0}, 0};
    test_image image;
    limen_source_options options = {.size = sizeof options};
    limen_source *source = NULL;
    limen_error error;
    const char *file = NULL;

    (void)unused;
    add_arrays(&zip, 1, 0, 0);
    image = test_zip_end(&zip);
    options.table = test_write(&folder, "a.npz", &image);
    assert_int_equal(limen_source_open(&options, NULL, &source, &file, &error), LIMEN_ERR_FORMAT);
    assert_ptr_equal(file, options.table);
    assert_non_null(strstr(error.message, "no array \"targets\"; it has: scores, y, labels;"));
    options.without_targets = 1;
    assert_int_equal(limen_source_open(&options, NULL, &source, &file, &error), LIMEN_OK);
    assert_int_equal(limen_source_describe(source)->target_width, 0);
    limen_source_close(source);
}

/* Cut at every byte: an error each time, never a crash, never the whole data. */
static void test_truncated(void **unused)
{
    (void)unused;
    for (int deflated = 0; deflated < 2; deflated++) {
        test_image image = make_archive(deflated, 0);
        limen_source_options options = {.size = sizeof options};
        size_t length = image.length;

        options.table = test_write(&folder, "a.npz", &image);
        while (length > 0) {
            limen_error error = {.code = LIMEN_OK};
            limen_status status;

            length -= length > 600 ? 7 : 1;
            assert_int_equal(truncate(options.table, (off_t)length), 0);
            status = test_read(&options, &data, &error);
            assert_int_not_equal(status, LIMEN_OK);
            assert_true(error.message[0] != '\0');
        }
    }
}

/* Every byte changed in turn: an error, or the very data (fields that are not used). */
static void test_damaged(void **unused)
{
    test_image good = make_archive(1, 0);
    limen_source_options options = {.size = sizeof options};
    int refused = 0;

    (void)unused;
    for (size_t i = 0; i < good.length; i++) {
        test_image image = {NULL, 0, 0};
        limen_error error;

        test_add(&image, good.bytes, good.length);
        image.bytes[i] ^= 0x15;
        options.table = test_write(&folder, "damaged.npz", &image);
        if (test_read(&options, &data, &error) != LIMEN_OK) {
            refused++;
            continue;
        }
        assert_int_equal(data.rows, ROWS);
        for (int k = 0; k < ROWS * WIDTH; k++)
            assert_true(data.values[LIMEN_INPUT_SCORES][k] == 0.25 * k);
    }
    assert_true(refused > (int)good.length / 2);
    free(good.bytes);
}

/* Fields of the directory's first entry: 8 flags, 10 method. */
static void test_unsupported(void **unused)
{
    static const struct {
        size_t field;
        unsigned char value;
        const char *part;
    } cases[] = {{8, 1, "encrypted"}, {10, 12, "method 12"}};

    (void)unused;
    for (size_t i = 0; i < 2; i++) {
        test_image image = make_archive(1, 0);
        limen_source_options options = {.size = sizeof options};
        limen_error error;
        size_t at = 0;

        while (memcmp(image.bytes + at, "PK\1\2", 4) != 0)
            at++;
        image.bytes[at + cases[i].field] = cases[i].value;
        options.table = test_write(&folder, "a.npz", &image);
        assert_int_equal(test_read(&options, &data, &error), LIMEN_ERR_UNSUPPORTED);
        assert_non_null(strstr(error.message, cases[i].part));
    }
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
        cmocka_unit_test(test_members),     cmocka_unit_test(test_missing_member),
        cmocka_unit_test(test_truncated),   cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_unsupported),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
