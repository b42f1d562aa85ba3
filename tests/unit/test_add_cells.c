/* The kernel that decides and adds in one pass gives, in every set, what decide, check, add and
 * add_pair of the scalar set give one after the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernels/kernels.h"
#include "support/problem.h"

#define MOST 200

#define SETS 3

struct sums {
    uint8_t all[MOST + 1], sums[2 * SETS][MOST];
};

static void fill(struct generator *random, limen_dtype dtype, unsigned char *cells, size_t n,
                 int with_nan)
{
    size_t size = limen_dtype_size(dtype);

    for (size_t i = 0; i < n; i++)
        store_cell(dtype, cells + i * size,
                   with_nan && random_below(random, 50) == 0 ? NAN : random_score(random));
}

/* What the kernels give that add_cells stands for. */
static int expected(limen_dtype dtype, const void *scores, const unsigned char *cuts,
                    const uint8_t *targets, struct sums *sums, size_t sets, size_t n)
{
    const limen_kernels *scalar = limen_kernels_at(0);
    size_t cut_size = limen_dtype_size(limen_cut_dtype(dtype));
    uint8_t decisions[MOST + 1];
    int seen = 0;

    if (scalar->check(targets, n))
        seen = LIMEN_CELLS_TARGET;
    scalar->add(targets, sums->all, n);
    for (size_t set = 0; set < sets; set++) {
        if (scalar->decide[dtype](scores, cuts + set * MOST * cut_size, decisions, n))
            seen |= LIMEN_CELLS_NAN;
        scalar->add_pair(decisions, targets, sums->sums[2 * set], sums->sums[2 * set + 1], n);
    }
    return seen;
}

static void compare(const limen_kernels *kernels, limen_dtype dtype, struct generator *random)
{
    size_t n = (size_t)random_below(random, MOST + 1);
    size_t sets = 1 + (size_t)random_below(random, SETS);
    size_t shift = (size_t)random_below(random, 2); /* not aligned */
    unsigned char scores[(MOST + 1) * sizeof(double)], cuts[(SETS * MOST + 1) * sizeof(double)];
    uint8_t targets[MOST + 1];
    struct sums ours, theirs;
    int seen, should;

    fill(random, dtype, scores + shift, n, random_below(random, 2) == 0);
    fill(random, limen_cut_dtype(dtype), cuts + shift, SETS * MOST, 1);
    for (size_t i = 0; i < MOST + 1; i++)
        targets[i] = (uint8_t)random_below(random, 2);
    for (size_t i = 0; i < sizeof ours; i++)
        ((unsigned char *)&ours)[i] = (unsigned char)random_below(random, 255);
    if (n > 0 && random_below(random, 10) == 0)
        targets[random_below(random, (int64_t)n)] = 2;
    theirs = ours;
    should = expected(dtype, scores + shift, cuts + shift, targets, &theirs, sets, n);
    seen = kernels->add_cells[dtype](scores + shift, cuts + shift, targets, ours.all, ours.sums[0],
                                     MOST, sets, n);
    assert_int_equal(seen, should);
    if (!(should & LIMEN_CELLS_TARGET))
        assert_memory_equal(&ours, &theirs, sizeof ours);
}

static void test_every_set(void **unused)
{
    const limen_kernels *kernels;
    struct generator random = {51};

    (void)unused;
    for (int i = 0; (kernels = limen_kernels_at(i)) != NULL; i++) {
        for (limen_dtype dtype = LIMEN_F16; dtype <= LIMEN_F64; dtype++) {
            for (int trial = 0; trial < 2000; trial++)
                compare(kernels, dtype, &random);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_set)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
