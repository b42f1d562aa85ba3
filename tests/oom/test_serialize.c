/* Reading a tally, naming its labels and merging names with the k-th allocation refused, for every
 * k: the error is MEMORY and nothing leaks. Writing allocates nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "oom/failing_allocator.h"
#include "support/kept_cases.h"
#include "support/packed.h"
#include "support/tally.h"

static const char *const names[] = {"a", "b", "c", "d", "e", "f"};

static packed packed_case(const struct kept_case *from)
{
    struct problem problem;
    limen_tally *tally;
    packed bytes;

    make_kept_problem(from, 20, 1, &problem);
    tally = create(&problem.spec);
    update(tally, &problem.batch);
    assert_int_equal(limen_tally_set_labels(tally, names, NULL), LIMEN_OK);
    bytes = pack_tally(tally);
    assert_non_null(bytes.bytes);
    limen_tally_destroy(tally);
    free_problem(&problem);
    return bytes;
}

static void test_read(void **state)
{
    (void)state;
    for (int i = 0; i < KEPT_CASES; i++) {
        packed bytes = packed_case(&kept_cases[i]);
        limen_status status = LIMEN_ERR_MEMORY;

        for (int64_t k = 1; status != LIMEN_OK; k++) {
            failing_allocator memory = {.fail_at = k};
            limen_allocator allocator = failing_allocator_of(&memory);
            limen_tally *tally = NULL;
            limen_error error = {0};

            status = limen_tally_read(bytes.bytes, bytes.size, &allocator, &tally, &error);
            if (status != LIMEN_OK) {
                assert_int_equal(status, LIMEN_ERR_MEMORY);
                assert_int_equal(error.code, LIMEN_ERR_MEMORY);
                assert_null(tally);
            }
            limen_tally_destroy(tally);
            assert_int_equal(memory.blocks, 0);
            assert_true(k < 1000);
        }
        free(bytes.bytes);
    }
}

static void test_write_allocates_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < KEPT_CASES; i++) {
        packed bytes = packed_case(&kept_cases[i]);
        failing_allocator memory = {0};
        limen_allocator allocator = failing_allocator_of(&memory);
        limen_tally *tally = NULL;
        packed again;

        assert_int_equal(limen_tally_read(bytes.bytes, bytes.size, &allocator, &tally, NULL),
                         LIMEN_OK);
        memory.calls = 0;
        again = pack_tally(tally);
        assert_int_equal(memory.calls, 0);
        assert_memory_equal(again.bytes, bytes.bytes, bytes.size);
        free(again.bytes);
        free(bytes.bytes);
        limen_tally_destroy(tally);
        assert_int_equal(memory.blocks, 0);
    }
}

/* Names that a tally is given, and that it takes over in a merge. */
static void test_labels(void **state)
{
    packed bytes = packed_case(&kept_cases[0]);

    (void)state;
    for (int merges = 0; merges < 2; merges++) {
        limen_status status = LIMEN_ERR_MEMORY;

        for (int64_t k = 1; status != LIMEN_OK; k++) {
            failing_allocator memory = {0};
            limen_allocator allocator = failing_allocator_of(&memory);
            limen_tally *tally = NULL, *other = NULL;

            assert_int_equal(limen_tally_read(bytes.bytes, bytes.size, &allocator, &tally, NULL),
                             LIMEN_OK);
            assert_int_equal(limen_tally_read(bytes.bytes, bytes.size, NULL, &other, NULL),
                             LIMEN_OK);
            if (merges)
                assert_int_equal(limen_tally_set_labels(tally, NULL, NULL), LIMEN_OK);
            memory.calls = 0;
            memory.fail_at = k;
            status = merges ? limen_tally_merge(tally, other, NULL)
                            : limen_tally_set_labels(tally, names + 1, NULL);
            assert_true(status == LIMEN_OK || status == LIMEN_ERR_MEMORY);
            if (status != LIMEN_OK) {
                assert_int_equal(limen_tally_samples(tally), 20);
                if (merges)
                    assert_null(limen_tally_labels(tally));
                else
                    assert_string_equal(limen_tally_labels(tally)[0], "a");
            }
            limen_tally_destroy(tally);
            limen_tally_destroy(other);
            assert_int_equal(memory.blocks, 0);
        }
    }
    free(bytes.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_write_allocates_nothing),
        cmocka_unit_test(test_labels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
