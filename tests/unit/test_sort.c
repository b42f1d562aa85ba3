#include "core/numeric.h"
#include "kernels/sort.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const limen_dtype dtypes[] = {LIMEN_F16, LIMEN_BF16, LIMEN_F32, LIMEN_F64};

enum { DTYPES = sizeof dtypes / sizeof dtypes[0], MOST = 70000 };

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void set_key(limen_dtype dtype, void *keys, size_t i, uint64_t key)
{
    size_t size = limen_dtype_size(dtype);

    memcpy((char *)keys + i * size, &key, size); /* the low bytes come first */
}

static void keys_follow_the_scores(void **state)
{
    (void)state;
    for (int d = 0; d < DTYPES; d++) {
        limen_dtype dtype = dtypes[d];
        const double scores[] = {-(double)INFINITY,
                                 -limen_greatest(dtype),
                                 -1.0,
                                 -0.5,
                                 limen_next_down(dtype, 0.0),
                                 0.0,
                                 limen_next_up(dtype, 0.0),
                                 0.5,
                                 limen_next_down(dtype, 1.0),
                                 1.0,
                                 limen_next_up(dtype, 1.0),
                                 limen_greatest(dtype),
                                 (double)INFINITY};
        uint64_t last = 0;

        for (size_t i = 0; i < sizeof scores / sizeof scores[0]; i++) {
            uint64_t key = limen_score_key(dtype, scores[i]);

            assert_true(key > last);
            assert_true(limen_key_score(dtype, key) == scores[i]);
            last = key;
        }
        assert_true(limen_score_key(dtype, -0.0) == limen_score_key(dtype, 0.0));
        assert_int_equal(limen_score_key(dtype, (double)NAN), 0);
        assert_true(isnan(limen_key_score(dtype, 0)));
    }
}

/* A neighbour's key is the next key: no score lies between them. */
static void keys_leave_no_gap(void **state)
{
    double score = -(double)INFINITY;
    uint64_t key = limen_score_key(LIMEN_F16, score);

    (void)state;
    for (; score < (double)INFINITY; key++) {
        assert_true(limen_score_key(LIMEN_F16, score) == key);
        score = limen_next_up(LIMEN_F16, score);
        if (score == 0.0)
            key++; /* -0.0 would have had it */
    }
}

static int compare_keys(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return left < right ? -1 : left > right;
}

/* Random bits under a mask: all bytes vary, some are constant, or all keys are equal. */
static void sort_equals_qsort(limen_dtype dtype, size_t n, uint64_t mask, uint64_t *random)
{
    size_t size = limen_dtype_size(dtype);
    uint64_t *expected = calloc(n + 1, sizeof *expected);
    void *keys = calloc(n + 1, size), *scratch = calloc(n + 1, size);

    assert_true(expected && keys && scratch);
    for (size_t i = 0; i < n; i++) {
        set_key(dtype, keys, i, (next_random(random) & mask) | 0x3c00u);
        expected[i] = limen_key_at(dtype, keys, i);
    }
    qsort(expected, n, sizeof *expected, compare_keys);
    limen_keys_sort(dtype, keys, scratch, n);
    for (size_t i = 0; i < n; i++)
        assert_true(limen_key_at(dtype, keys, i) == expected[i]);
    for (size_t i = 0; i < n; i += 1 + n / 7) {
        size_t below = limen_keys_below(dtype, keys, n, expected[i]);

        assert_true(below <= i && expected[below] == expected[i]);
        assert_true(below == 0 || expected[below - 1] < expected[i]);
    }
    assert_int_equal(limen_keys_below(dtype, keys, n, UINT64_MAX), n);
    free(expected);
    free(keys);
    free(scratch);
}

static void sorting(void **state)
{
    static const size_t lengths[] = {0, 1, 2, 3, 31, 64, 257, 1000, 4099, MOST};
    static const uint64_t masks[] = {UINT64_MAX,          0,  0xff, 0xff00, 0x00ffff0000ff00ffu,
                                     0xfff0000000000000u, 0x7};
    uint64_t random = 7;

    (void)state;
    for (int d = 0; d < DTYPES; d++) {
        for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++) {
            for (size_t m = 0; m < sizeof masks / sizeof masks[0]; m++)
                sort_equals_qsort(dtypes[d], lengths[l], masks[m], &random);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_follow_the_scores),
        cmocka_unit_test(keys_leave_no_gap),
        cmocka_unit_test(sorting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
