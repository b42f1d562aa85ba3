/* Tallies in files: whole or not at all, mapped or through a pipe; with the k-th allocation
 * refused, for every k. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "limen_io.h"
#include "oom/failing_allocator.h"
#include "support/files.h"
#include "support/kept_cases.h"
#include "support/packed.h"
#include "support/tally.h"

static test_folder folder;

static limen_tally *filled(int64_t rows)
{
    struct problem problem;
    limen_tally *tally;

    make_kept_problem(&kept_cases[11], rows, 1, &problem);
    tally = create(&problem.spec);
    update(tally, &problem.batch);
    free_problem(&problem);
    return tally;
}

static void assert_holds(const char *path, const limen_tally *tally)
{
    limen_tally *back = NULL;
    packed ours, theirs;

    assert_int_equal(limen_tally_load(path, NULL, &back, NULL), LIMEN_OK);
    ours = pack_tally(back);
    theirs = pack_tally(tally);
    assert_int_equal(ours.size, theirs.size);
    assert_memory_equal(ours.bytes, theirs.bytes, ours.size);
    free(ours.bytes);
    free(theirs.bytes);
    limen_tally_destroy(back);
}

static void test_save_and_load(void **state)
{
    limen_tally *tally = filled(30), *more = filled(50);
    char path[512];

    (void)state;
    (void)snprintf(path, sizeof path, "%s", test_path(&folder, "a.tally"));
    assert_int_equal(limen_tally_save(tally, path, NULL, NULL), LIMEN_OK);
    assert_holds(path, tally);
    assert_int_equal(limen_tally_save(more, path, NULL, NULL), LIMEN_OK);
    assert_holds(path, more);
    assert_int_equal(test_folder_count(&folder), 1);
    limen_tally_destroy(tally);
    limen_tally_destroy(more);
}

/* A pipe has room for the few KiB of a small tally. */
static void test_pipe(void **state)
{
    limen_tally *tally = filled(3);
    packed bytes = pack_tally(tally);
    int saved = dup(STDIN_FILENO);
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], bytes.bytes, bytes.size), bytes.size);
    close(ends[1]);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    assert_holds("-", tally);
    assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
    close(saved);
    free(bytes.bytes);
    limen_tally_destroy(tally);
}

static void assert_refused(const char *path, limen_status code, const char *message)
{
    limen_tally *tally = NULL;
    limen_error error = {0};

    assert_int_equal(limen_tally_load(path, NULL, &tally, &error), code);
    assert_null(tally);
    assert_string_equal(error.message, message);
}

static void test_refused(void **state)
{
    limen_tally *tally = filled(5);
    limen_error error;

    (void)state;
    assert_refused(test_path(&folder, "missing"), LIMEN_ERR_IO,
                   "cannot be opened: No such file or directory");
    assert_refused(folder.path, LIMEN_ERR_IO, "is a directory; name a file in it");
    assert_refused(test_write_text(&folder, "empty", ""), LIMEN_ERR_FORMAT,
                   "not a tally, or changed on its way, as text is");
    assert_int_equal(limen_tally_save(tally, test_path(&folder, "no/such"), NULL, &error),
                     LIMEN_ERR_IO);
    assert_int_equal(limen_tally_save(tally, "", NULL, &error), LIMEN_ERR_ARGUMENT);
    if (access("/dev/full", W_OK) == 0)
        assert_int_equal(limen_tally_save(tally, "/dev/full", NULL, &error), LIMEN_ERR_IO);
    limen_tally_destroy(tally);
}

static limen_status save_or_load(int load, const limen_tally *tally, const char *path,
                                 const limen_allocator *allocator)
{
    limen_tally *back = NULL;
    limen_status status;

    if (!load)
        return limen_tally_save(tally, path, allocator, NULL);
    status = limen_tally_load(path, allocator, &back, NULL);
    limen_tally_destroy(back);
    return status;
}

static void test_out_of_memory(void **state)
{
    limen_tally *tally = filled(20);
    char path[512];

    (void)state;
    (void)snprintf(path, sizeof path, "%s", test_path(&folder, "a.tally"));
    for (int load = 0; load < 2; load++) {
        limen_status status = LIMEN_ERR_MEMORY;

        for (int64_t k = 1; status != LIMEN_OK; k++) {
            failing_allocator memory = {.fail_at = k};
            limen_allocator allocator = failing_allocator_of(&memory);

            status = save_or_load(load, tally, path, &allocator);
            assert_true(status == LIMEN_OK || status == LIMEN_ERR_MEMORY);
            assert_int_equal(memory.blocks, 0);
            assert_true(k < 1000);
        }
    }
    assert_int_equal(test_folder_count(&folder), 1);
    limen_tally_destroy(tally);
}

static int make_folder(void **state)
{
    (void)state;
    test_folder_make(&folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    test_folder_remove(&folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_save_and_load, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_pipe, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_refused, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_out_of_memory, make_folder, remove_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
