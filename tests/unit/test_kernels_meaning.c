/* What kernels.h promises, on small inputs, for every set of this machine; test_kernels.c then says
 * that the sets agree on all others. Runs are long enough to reach the vector loops. */
#include "kernels/kernels.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LONG = 200 };

static const limen_kernels *kernels; /* of the set that a test is run for */

static int pick_set(void **state)
{
    kernels = *state;
    return 0;
}

/* decide for one score and cut, in a run of equal ones. */
static int decide(float score, float cut)
{
    float scores[LONG], cuts[LONG];
    uint8_t out[LONG];

    for (int i = 0; i < LONG; i++) {
        scores[i] = score;
        cuts[i] = cut;
    }
    assert_int_equal(kernels->decide[LIMEN_F32](scores, cuts, out, LONG), isnan(score) != 0);
    for (int i = 1; i < LONG; i++)
        assert_int_equal(out[i], out[0]);
    return out[0];
}

static void decisions(void **state)
{
    (void)state;
    assert_int_equal(decide(0.5f, 0.5f), 1);
    assert_int_equal(decide(nextafterf(0.5f, 0.0f), 0.5f), 0);
    assert_int_equal(decide(-0.0f, 0.0f), 1);
    assert_int_equal(decide(0x1p-149f, 0x1p-148f), 0);
    assert_int_equal(decide(0x1p-148f, 0x1p-149f), 1);
    assert_int_equal(decide(INFINITY, NAN), 0);
    assert_int_equal(decide(-INFINITY, -INFINITY), 1);
    assert_int_equal(decide(NAN, -INFINITY), 0);
}

/* Subnormal halves are numbers like others: 2^-24 and 2^-23. */
static void short_floats(void **state)
{
    const uint16_t halves[] = {1, 2, 0x8001, 0x7c00, 0x3c00, 0}, brains[] = {0x3f80, 0x3f7f, 1};
    const float cuts[] = {0x1p-24f, 0x1.8p-23f, -0x1p-24f, 65505.0f, 1.0f, -0.0f};
    const float brain_cuts[] = {1.0f, 1.0f, 0x1p-133f};
    const uint8_t reached[] = {1, 0, 1, 1, 1, 1}, brains_reached[] = {1, 0, 1};
    uint8_t out[6];

    (void)state;
    assert_int_equal(kernels->decide[LIMEN_F16](halves, cuts, out, 6), 0);
    assert_memory_equal(out, reached, 6);
    assert_int_equal(kernels->decide[LIMEN_BF16](brains, brain_cuts, out, 3), 0);
    assert_memory_equal(out, brains_reached, 3);
}

static void targets(void **state)
{
    double values[LONG] = {1.0, -0.0, 0.0, 1.0};
    int64_t integers[LONG] = {1, 0, -100, 1};
    uint8_t out[LONG], valid[LONG];

    (void)state;
    assert_int_equal(kernels->binary[LIMEN_F64](values, out, LONG), 0);
    assert_true(out[0] == 1 && out[1] == 0 && out[2] == 0 && out[3] == 1);
    values[LONG - 1] = 0.5;
    assert_int_equal(kernels->binary[LIMEN_F64](values, out, LONG), 1);
    values[LONG - 1] = (double)NAN;
    assert_int_equal(kernels->binary[LIMEN_F64](values, out, LONG), 1);

    assert_int_equal(kernels->binary[LIMEN_I64](integers, out, LONG), 1);
    assert_int_equal(kernels->binary_ignore[LIMEN_I64](integers, -100, out, valid, LONG), 0);
    assert_true(valid[0] && valid[1] && !valid[2] && valid[3]);
    assert_true(out[0] == 1 && out[1] == 0 && out[2] == 0 && out[3] == 1);

    /* A byte cannot hold -100, even though its bits are those of 156. */
    memset(valid, 0, sizeof valid);
    memset(out, 1, sizeof out);
    out[5] = 156;
    assert_int_equal(kernels->binary_ignore[LIMEN_U8](out, -100, (uint8_t[LONG]){0}, valid, LONG),
                     1);
    assert_int_equal(kernels->check(out, LONG), 1);
    out[5] = 1;
    assert_int_equal(kernels->check(out, LONG), 0);
}

static void the_greatest(void **state)
{
    float scores[LONG], offsets[LONG] = {0};
    int nan = 0;

    (void)state;
    for (int i = 0; i < LONG; i++)
        scores[i] = -INFINITY;
    assert_int_equal(kernels->greatest[LIMEN_F32](scores, NULL, LONG, &nan), 0);
    scores[0] = NAN;
    assert_int_equal(nan, 0);
    assert_int_equal(kernels->greatest[LIMEN_F32](scores, NULL, LONG, &nan), 1);
    assert_int_equal(nan, 1);
    scores[90] = scores[150] = 2.0f;
    assert_int_equal(kernels->greatest[LIMEN_F32](scores, NULL, LONG, &nan), 90);
    offsets[150] = 0x1p-22f;
    assert_int_equal(kernels->greatest[LIMEN_F32](scores, offsets, LONG, &nan), 150);
    for (int i = 0; i < LONG; i++)
        scores[i] = NAN;
    assert_int_equal(kernels->greatest[LIMEN_F32](scores, NULL, LONG, &nan), 0);
}

static void sums(void **state)
{
    uint8_t a[LONG], b[LONG], both[LONG] = {0}, only[LONG] = {0};
    int64_t totals[LONG] = {0};

    (void)state;
    for (int i = 0; i < LONG; i++) {
        a[i] = i % 2 == 0;
        b[i] = i % 3 == 0;
    }
    assert_int_equal(kernels->count(a, LONG), 100);
    assert_int_equal(kernels->count_both(a, b, LONG), 34);
    for (int round = 0; round < 255; round++)
        kernels->add_pair(a, b, both, only, LONG);
    kernels->flush(both, totals, LONG);
    kernels->flush(both, totals, LONG);
    for (int i = 0; i < LONG; i++) {
        assert_int_equal(totals[i], i % 6 == 0 ? 255 : 0);
        assert_int_equal(only[i], i % 2 == 0 ? 255 : 0);
        assert_int_equal(both[i], 0);
    }
    kernels->mask(b, a, LONG);
    assert_int_equal(kernels->count(a, LONG), 34);
}

static void picked(void **state)
{
    uint32_t all[LONG], keys[LONG];
    uint8_t flags[LONG] = {0};

    (void)state;
    for (uint32_t i = 0; i < LONG; i++)
        all[i] = 1000 + i;
    flags[3] = flags[199] = 1;
    assert_int_equal(kernels->pick[2](all, flags, keys, LONG), 2);
    assert_int_equal(keys[0], 1003);
    assert_int_equal(keys[1], 1199);
}

/* Scores 0, 1, 2, ...; every third is positive, and one in a row of ten is not valid. */
static void between_cuts(void **state)
{
    const float cuts[] = {190.0f, 50.0f, -INFINITY, NAN};
    const limen_sieve sieve = {190.0, 195.0, 190.0, 0.5, 2};
    float scores[LONG], some[2][LONG + LIMEN_SPLIT_SLACK];
    void *const out[2] = {some[0], some[1]};
    uint32_t cells[LONG + LIMEN_SPLIT_SLACK];
    uint8_t flags[LONG], valid[LONG];
    int64_t sums[8] = {0};
    size_t counts[2];

    (void)state;
    for (int i = 0; i < LONG; i++) {
        scores[i] = (float)i;
        valid[i] = i % 10 != 1;
        flags[i] = valid[i] && i % 3 == 0;
    }
    assert_int_equal(kernels->above[LIMEN_F32](scores, flags, NULL, cuts, 4, sums, LONG), 0);
    assert_int_equal(sums[0], 10);
    assert_int_equal(sums[1], 3); /* 192, 195, 198 */
    assert_int_equal(sums[2], 150);
    assert_int_equal(sums[4], LONG);
    assert_int_equal(sums[6] + sums[7], 0);
    assert_int_equal(kernels->above[LIMEN_F32](scores, flags, valid, cuts, 1, sums, LONG), 0);
    assert_int_equal(sums[0], 19); /* but for 191 */
    kernels->split[LIMEN_F32](scores, flags, valid, 190.0, 195.0, out, counts, LONG);
    assert_int_equal(counts[0], 3);
    assert_int_equal(counts[1], 1);
    assert_true(some[0][0] == 190.0f && some[0][1] == 193.0f && some[0][2] == 194.0f);
    assert_true(some[1][0] == 192.0f);
    assert_int_equal(kernels->sift[LIMEN_F32](scores, flags, valid, &sieve, cells, LONG), 4);
    assert_int_equal(cells[0], 0);
    assert_int_equal(cells[1], 3);
    assert_int_equal(cells[2], 2);
    assert_int_equal(cells[3], 2);
    scores[LONG - 1] = NAN;
    assert_int_equal(kernels->above[LIMEN_F32](scores, flags, NULL, cuts, 4, sums, LONG), 1);
}

/* So many that the sums of a lane have to be emptied on the way. */
static void above_many(void **state)
{
    const size_t n = 16 * 65535 * 2 + 77;
    const float cut = 0.5f;
    float *scores = malloc(n * sizeof *scores);
    uint8_t *flags = malloc(n);
    int64_t sums[2] = {0, 0};

    (void)state;
    assert_non_null(scores);
    assert_non_null(flags);
    for (size_t i = 0; i < n; i++)
        scores[i] = 1.0f;
    memset(flags, 1, n);
    assert_int_equal(kernels->above[LIMEN_F32](scores, flags, NULL, &cut, 1, sums, n), 0);
    assert_int_equal(sums[0], n);
    assert_int_equal(sums[1], n);
    free(scores);
    free(flags);
}

int main(void)
{
    int failed = 0;

    for (int i = 0; limen_kernels_at(i); i++) {
        void *set = (void *)(uintptr_t)limen_kernels_at(i);
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_prestate_setup_teardown(decisions, pick_set, NULL, set),
            cmocka_unit_test_prestate_setup_teardown(short_floats, pick_set, NULL, set),
            cmocka_unit_test_prestate_setup_teardown(targets, pick_set, NULL, set),
            cmocka_unit_test_prestate_setup_teardown(the_greatest, pick_set, NULL, set),
            cmocka_unit_test_prestate_setup_teardown(sums, pick_set, NULL, set),
            cmocka_unit_test_prestate_setup_teardown(picked, pick_set, NULL, set),
            cmocka_unit_test_prestate_setup_teardown(between_cuts, pick_set, NULL, set),
            cmocka_unit_test_prestate_setup_teardown(above_many, pick_set, NULL, set),
        };

        failed += cmocka_run_group_tests_name(limen_kernels_at(i)->name, tests, NULL, NULL);
    }
    return failed;
}
