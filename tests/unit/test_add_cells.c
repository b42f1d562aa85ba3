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

struct sums {
    uint8_t all[MOST + 1], both[MOST + 1], only[MOST + 1];
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
static int expected(limen_dtype dtype, const void *scores, const void *cuts, const uint8_t *targets,
                    struct sums *sums, int with_all, size_t n)
{
    const limen_kernels *scalar = limen_kernels_at(0);
    uint8_t decisions[MOST + 1];
    int seen = scalar->decide[dtype](scores, cuts, decisions, n) ? LIMEN_CELLS_NAN : 0;

    if (scalar->check(targets, n))
        return seen | LIMEN_CELLS_TARGET;
    if (with_all)
        scalar->add(targets, sums->all, n);
    scalar->add_pair(decisions, targets, sums->both, sums->only, n);
    return seen;
}

static void compare(const limen_kernels *kernels, limen_dtype dtype, struct generator *random)
{
    limen_dtype cut_dtype = limen_cut_dtype(dtype);
    size_t n = (size_t)random_below(random, MOST);
    size_t shift = (size_t)random_below(random, 2); /* not aligned */
    unsigned char scores[(MOST + 1) * sizeof(double)], cuts[(MOST + 1) * sizeof(double)];
    uint8_t targets[MOST + 1];
    struct sums ours, theirs;
    int with_all = random_below(random, 2) == 0;
    int with_bad = random_below(random, 10) == 0;
    int seen, should;

    fill(random, dtype, scores + shift, n, random_below(random, 2) == 0);
    fill(random, cut_dtype, cuts + shift, n, 1);
    for (size_t i = 0; i < MOST + 1; i++) {
        targets[i] = (uint8_t)random_below(random, 2);
        ours.all[i] = (uint8_t)random_below(random, 255);
        ours.both[i] = (uint8_t)random_below(random, 255);
        ours.only[i] = (uint8_t)random_below(random, 255);
    }
    if (with_bad && n > 0)
        targets[random_below(random, (int64_t)n)] = 2;
    theirs = ours;
    should = expected(dtype, scores + shift, cuts + shift, targets, &theirs, with_all, n);
    seen = kernels->add_cells[dtype](scores + shift, cuts + shift, targets,
                                     with_all ? ours.all : NULL, ours.both, ours.only, n);
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
