#include "core/numeric.h"
#include "kernels/bins.h"
#include "kernels/sort.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const limen_dtype dtypes[] = {LIMEN_F16, LIMEN_BF16, LIMEN_F32, LIMEN_F64};

enum { DTYPES = sizeof dtypes / sizeof dtypes[0] };

static void store_score(limen_dtype dtype, void *cell, double score)
{
    uint16_t half =
        dtype == LIMEN_BF16 ? limen_double_to_bfloat(score) : limen_double_to_half(score);
    float single = (float)score;

    if (dtype == LIMEN_F64)
        memcpy(cell, &score, sizeof score);
    else if (dtype == LIMEN_F32)
        memcpy(cell, &single, sizeof single);
    else
        memcpy(cell, &half, sizeof half);
}

/* The bin that the kernels give a score, which must be what limen_bins_find gives. */
static uint32_t bin_of(const limen_bins *bins, double score)
{
    const uint32_t offset = 5;
    uint64_t cell;
    uint32_t index;

    store_score(bins->dtype, &cell, score);
    assert_int_equal(limen_bins_index(limen_kernels_select(), bins, &cell, &offset, &index, 1), 0);
    assert_int_equal(index - offset, limen_bins_find(bins, score));
    return index - offset;
}

/* The low end of a bin is in it or above it, and the score just below is in a lesser bin. */
static void check_edges(const limen_bins *bins)
{
    assert_true(limen_bins_low(bins, 0) == -(double)INFINITY);
    assert_true(isnan(limen_bins_low(bins, bins->count)));
    for (uint32_t bin = 1; bin < bins->count; bin += 1 + bins->count / 512) {
        double low = limen_bins_low(bins, bin);

        if (isnan(low))
            continue;
        assert_true(bin_of(bins, low) >= bin);
        assert_true(bin_of(bins, limen_next_down(bins->dtype, low)) < bin);
    }
    assert_int_equal(bin_of(bins, -(double)INFINITY), 0);
    assert_int_equal(bin_of(bins, (double)INFINITY), bins->count - 1);
}

static void uniform_bins(void **state)
{
    (void)state;
    for (int d = 0; d < DTYPES; d++) {
        for (uint32_t count = 1; count <= LIMEN_BINS_LIMIT; count *= 4) {
            limen_bins bins = limen_bins_of_unit(dtypes[d], count);

            check_edges(&bins);
            assert_int_equal(bin_of(&bins, 0.5), count / 2);
            assert_int_equal(bin_of(&bins, -0.0), 0);
            assert_int_equal(bin_of(&bins, 1.0), count - 1);
        }
    }
}

/* Between two scores, also where the distance is no number or the scores between are few. */
static void bins_across(void **state)
{
    static const double ends[][2] = {{0.25, 0.75},       {-3.0, 5.0},      {-1.0, 0.0009765625},
                                     {0.5, 0.5},         {1024.0, 1026.0}, {0.0, (double)INFINITY},
                                     {-60000.0, 60000.0}};

    (void)state;
    for (int d = 0; d < DTYPES; d++) {
        for (size_t e = 0; e < sizeof ends / sizeof ends[0]; e++) {
            for (uint32_t most = 1; most <= 65536; most *= 16) {
                double low = limen_round_to(dtypes[d], ends[e][0]);
                double high = limen_round_to(dtypes[d], ends[e][1]);
                limen_bins bins = limen_bins_across(dtypes[d], low, high, most);

                assert_in_range(bins.count, 1, most);
                check_edges(&bins);
                assert_int_equal(bin_of(&bins, low), 0);
                assert_in_range(bin_of(&bins, high), bins.count - 1 - bins.count / 100,
                                bins.count - 1);
            }
        }
    }
}

static void key_bins(void **state)
{
    static const double ends[][2] = {{0.0, 1.0},    {-1.0, 1.0},
                                     {0.5, 0.5},    {-(double)INFINITY, (double)INFINITY},
                                     {0.25, 0.375}, {1.0, (double)INFINITY}};

    (void)state;
    for (int d = 0; d < DTYPES; d++) {
        for (size_t e = 0; e < sizeof ends / sizeof ends[0]; e++) {
            for (uint32_t most = 1; most <= 65536; most *= 16) {
                limen_bins bins = limen_bins_between(dtypes[d], ends[e][0], ends[e][1], most);

                assert_in_range(bins.count, 1, most);
                check_edges(&bins);
                assert_int_equal(bin_of(&bins, ends[e][0]), 0);
                assert_int_equal(bin_of(&bins, ends[e][1]), bins.count - 1);
            }
        }
    }
}

/* With as many bins as there are keys of 16 bits, a bin is one score. */
static void sixteen_bits_are_exact(void **state)
{
    limen_bins bins = limen_bins_between(LIMEN_F16, -(double)INFINITY, (double)INFINITY, 65536);
    double score = 0.0;

    (void)state;
    assert_int_equal(bins.shift, 0);
    while (score < 1.0) {
        double next = limen_next_up(LIMEN_F16, score);

        assert_int_equal(bin_of(&bins, next), bin_of(&bins, score) + 1);
        score = next;
    }
}

static void nan_is_told(void **state)
{
    limen_bins bins = limen_bins_of_unit(LIMEN_F32, 16);
    const float scores[] = {0.5f, NAN, 1.0f};
    uint32_t index[3];

    (void)state;
    assert_int_equal(limen_bins_index(limen_kernels_select(), &bins, scores, NULL, index, 3), 1);
    assert_int_equal(index[0], 8);
    assert_int_equal(index[1], 0);
    assert_int_equal(index[2], 15);
}

static void counting(void **state)
{
    const uint32_t index[] = {0, 2, 2, 2, 1};
    const uint8_t flags[] = {0, 1, 1, 0, 1}, valid[] = {1, 1, 0, 1, 0};
    uint32_t counts[6] = {10, 0, 0, 0, 0, 0};
    const uint32_t all[] = {11, 0, 0, 1, 1, 2}, some[] = {12, 0, 0, 1, 2, 3};

    (void)state;
    limen_bins_count(index, flags, NULL, counts, 5);
    assert_memory_equal(counts, all, sizeof all);
    limen_bins_count(index, flags, valid, counts, 5);
    assert_memory_equal(counts, some, sizeof some);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uniform_bins), cmocka_unit_test(bins_across),
        cmocka_unit_test(key_bins),     cmocka_unit_test(sixteen_bits_are_exact),
        cmocka_unit_test(nan_is_told),  cmocka_unit_test(counting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
