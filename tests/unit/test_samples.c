/* Sums over samples against a loop over rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/tally.h"
#include "tally/state.h"

/* A row's decisions in one set. */
struct row {
    double tp, fp, fn, tn;
};

static struct row count_row(const struct problem *problem, int64_t set, int64_t row)
{
    const limen_spec *spec = &problem->spec;
    struct row counts = {0.0, 0.0, 0.0, 0.0};

    for (int64_t label = 0; label < spec->width; label++) {
        double target = problem->targets[row * spec->width + label];
        double score = problem->scores[row * spec->width + label];
        int decision =
            decide(spec, problem->batch.scores.dtype, score, threshold_of(spec, set, label));

        if (is_ignored(spec, target))
            continue;
        counts.tp += decision && target == 1.0;
        counts.fp += decision && target == 0.0;
        counts.fn += !decision && target == 1.0;
        counts.tn += !decision && target == 0.0;
    }
    return counts;
}

static void add_ratio(double weight, double numerator, double denominator, double *sum,
                      double *undefined)
{
    if (denominator == 0.0)
        *undefined += weight;
    else
        *sum += weight * (numerator / denominator);
}

static limen_sample_sums sum_rows(const struct problem *problem, int64_t set, int64_t group)
{
    limen_sample_sums sums = {0};
    double beta = problem->spec.beta == 0.0 ? 1.0 : problem->spec.beta;
    double square = beta * beta;

    for (int64_t i = 0; i < problem->rows; i++) {
        struct row row = count_row(problem, set, i);
        double cells = row.tp + row.fp + row.fn + row.tn;
        double weight = row_weight(problem, i, group);

        if (cells == 0.0)
            continue;
        sums.samples += weight;
        sums.exact += row.fp + row.fn == 0.0 ? weight : 0.0;
        add_ratio(weight, row.tp, row.tp + row.fp, &sums.precision, &sums.precision_undefined);
        add_ratio(weight, row.tp, row.tp + row.fn, &sums.recall, &sums.recall_undefined);
        add_ratio(weight, (1 + square) * row.tp, (1 + square) * row.tp + square * row.fn + row.fp,
                  &sums.fbeta, &sums.fbeta_undefined);
        add_ratio(weight, row.tp, row.tp + row.fp + row.fn, &sums.jaccard, &sums.jaccard_undefined);
        sums.hamming += weight * (row.fp + row.fn) / cells;
    }
    return sums;
}

static void assert_sums(const limen_tally *tally, const struct problem *problem)
{
    for (int64_t set = 0; set < problem->spec.sets; set++) {
        for (int64_t group = -1; group < (problem->spec.groups ? problem->spec.groups : 1);
             group++) {
            limen_sample_sums theirs = sum_rows(problem, set, group);
            limen_sample_sums ours;
            const double *a = (const double *)&ours;
            const double *b = (const double *)&theirs;

            limen_samples_read(tally, set, group, &ours);
            for (size_t i = 0; i < sizeof ours / sizeof *a; i++)
                assert_near(a[i], b[i], 1);
            /* Numbers of rows are whole, and exact. */
            if (!problem->spec.weighted) {
                assert_true(ours.samples == theirs.samples);
                assert_true(ours.exact == theirs.exact);
            }
        }
    }
}

static void random_spec(struct problem *problem, struct generator *random)
{
    limen_spec *spec = &problem->spec;

    *spec = (limen_spec){
        .size = sizeof *spec,
        .task = LIMEN_MULTILABEL,
        .states = LIMEN_SAMPLES | (random_below(random, 2) ? LIMEN_COUNTS : 0u),
        .width = spec->width,
        .sets = 1 + random_below(random, 3),
        .rule = random_below(random, 2) ? LIMEN_GT : LIMEN_GE,
        .weighted = random_below(random, 3) == 0,
        .groups = random_below(random, 3) == 0 ? 1 + random_below(random, 4) : 0,
        .has_ignore_index = random_below(random, 2) == 0,
        .ignore_index = 9,
        .beta = random_below(random, 2) ? 0.0 : 2.0,
    };
    random_thresholds(problem, random);
}

static void test_random_batches(void **unused)
{
    static const int64_t widths[] = {1, 2, 3, 10, 28, 64, 128, 983, 2500};
    static const limen_dtype scores[] = {LIMEN_F16, LIMEN_BF16, LIMEN_F32, LIMEN_F64, LIMEN_I32};
    static const limen_dtype targets[] = {LIMEN_U8, LIMEN_I64, LIMEN_F32, LIMEN_I8};
    struct generator random = {21};

    (void)unused;
    for (int i = 0; i < 500; i++) {
        struct problem problem = {.extra = random_below(&random, 3) ? 1 : 5};
        limen_tally *tally;

        problem.spec.width = widths[random_below(&random, i % 8 ? 7 : 9)];
        problem.rows = 5 * random_below(&random, problem.spec.width > 200 ? 8 : 60);
        random_spec(&problem, &random);
        make_problem(&problem, &random, scores[random_below(&random, 5)],
                     targets[random_below(&random, 4)],
                     (enum layout)random_below(&random, LAYOUT_COUNT),
                     (enum layout)random_below(&random, LAYOUT_COUNT));
        tally = create(&problem.spec);
        update(tally, &problem.batch);
        assert_sums(tally, &problem);
        limen_tally_destroy(tally);
        free_problem(&problem);
    }
}

/* However the rows are cut into batches, and whatever the number of threads. */
static void test_the_same_bits(void **unused)
{
    struct generator random = {22};

    (void)unused;
    for (int i = 0; i < 4; i++) {
        struct problem problem = {.rows = 200000, .extra = 1};
        limen_tally *one, *four, *parts;
        limen_sample_sums sums[3];

        problem.spec.width = 28;
        random_spec(&problem, &random);
        problem.spec.weighted = i == 3;
        problem.spec.threads = 1;
        make_problem(&problem, &random, LIMEN_F32, LIMEN_U8, LAYOUT_C, LAYOUT_C);
        one = create(&problem.spec);
        parts = create(&problem.spec);
        problem.spec.threads = 4;
        four = create(&problem.spec);
        update(one, &problem.batch);
        update(four, &problem.batch);
        for (int64_t first = 0; first < problem.rows;) {
            int64_t count = 1 + random_below(&random, 3000);
            limen_batch part;

            if (count > problem.rows - first)
                count = problem.rows - first;
            part = part_of(&problem.batch, first, count);
            update(parts, &part);
            first += count;
        }
        limen_samples_read(one, 0, 0, &sums[0]);
        limen_samples_read(four, 0, 0, &sums[1]);
        limen_samples_read(parts, 0, 0, &sums[2]);
        assert_memory_equal(&sums[0], &sums[1], sizeof sums[0]);
        if (!problem.spec.weighted)
            assert_memory_equal(&sums[0], &sums[2], sizeof sums[0]);
        assert_sums(parts, &problem);
        limen_tally_destroy(one);
        limen_tally_destroy(four);
        limen_tally_destroy(parts);
        free_problem(&problem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_batches),
        cmocka_unit_test(test_the_same_bits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
