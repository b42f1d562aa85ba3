/* Multiclass tuning: offsets are worth what is told, no offset alone can be improved, and the rules
 * for whole rows decide as they are defined. */
#include "core/numeric.h"
#include "property/random.h"
#include "support/tuned.h"

#define ROWS 14
#define CLASSES 4

typedef struct classes {
    int64_t rows, width;
    limen_dtype dtype;
    double scores[ROWS * CLASSES];           /* values of the dtype */
    unsigned char bytes[8 * ROWS * CLASSES]; /* the same, stored */
    uint8_t targets[ROWS];
    double weights[ROWS];
    int weighted;
} classes;

static void store(classes *c, int64_t cell)
{
    size_t size = limen_dtype_size(c->dtype);
    float single = (float)c->scores[cell];
    uint16_t half = c->dtype == LIMEN_F16 ? limen_double_to_half(c->scores[cell])
                                          : limen_double_to_bfloat(c->scores[cell]);
    const void *from = size == 8   ? (const void *)&c->scores[cell]
                       : size == 4 ? (const void *)&single
                                   : (const void *)&half;

    memcpy(c->bytes + (size_t)cell * size, from, size);
}

static void make(random_source *random, classes *c)
{
    static const limen_dtype dtypes[] = {LIMEN_F16, LIMEN_BF16, LIMEN_F32, LIMEN_F64};

    *c = (classes){.rows = 1 + random_below(random, ROWS),
                   .width = 2 + random_below(random, CLASSES - 1),
                   .dtype = dtypes[random_below(random, 4)],
                   .weighted = random_below(random, 4) == 0};
    for (int64_t i = 0; i < c->rows; i++) {
        c->targets[i] = (uint8_t)random_below(random, c->width);
        c->weights[i] = (double)(1 + random_below(random, 4)) * 0.7;
        for (int64_t k = 0; k < c->width; k++) {
            c->scores[i * c->width + k] =
                limen_round_to(c->dtype, (double)random_below(random, 8) / 10.0);
            store(c, i * c->width + k);
        }
    }
}

static limen_batch classes_batch(const classes *c)
{
    int64_t size = (int64_t)limen_dtype_size(c->dtype);
    limen_batch batch = {
        .size = sizeof batch,
        .scores = {c->bytes, c->dtype, {c->rows, c->width, 1}, {size * c->width, size, size}},
        .targets = {c->targets, LIMEN_U8, {c->rows, 1, 1}, {1, 1, 1}}};

    if (c->weighted)
        batch.weights = (limen_array){c->weights, LIMEN_F64, {c->rows, 1, 1}, {8, 8, 8}};
    return batch;
}

static limen_result *search_classes(const classes *c, const limen_tune_options *given)
{
    limen_tune_options options = *given;
    limen_spec spec = {
        .size = sizeof spec, .task = LIMEN_MULTICLASS, .width = c->width, .weighted = c->weighted};
    limen_batch batch = classes_batch(c);
    limen_search *made;
    limen_result *result;
    limen_error error;
    int again;

    options.size = sizeof options;
    assert_int_equal(limen_search_create(&spec, &options, NULL, &made, &error), LIMEN_OK);
    assert_int_equal(limen_search_update(made, &batch, &error), LIMEN_OK);
    assert_int_equal(limen_search_next_pass(made, &again, &error), LIMEN_OK);
    assert_int_equal(again, 0);
    assert_int_equal(limen_search_result(made, &result, &error), LIMEN_OK);
    limen_search_destroy(made);
    return result;
}

/* What the report of a tally with these offsets says at a path; NaN where it is 0/0. */
static double reported(const classes *c, const double *offsets, const char *metric,
                       const char *path)
{
    limen_spec spec = {.size = sizeof spec,
                       .task = LIMEN_MULTICLASS,
                       .states = LIMEN_CONFUSION,
                       .width = c->width,
                       .weighted = c->weighted,
                       .thresholds = offsets,
                       .threshold_count = c->width};
    limen_compute_options options = {.size = sizeof options, .metrics = &metric, .metric_count = 1};
    limen_batch batch = classes_batch(c);
    limen_tally *tally;
    limen_result *result;
    limen_error error;
    double value;

    assert_int_equal(limen_tally_create(&spec, NULL, &tally, &error), LIMEN_OK);
    assert_int_equal(limen_tally_update(tally, &batch, &error), LIMEN_OK);
    assert_int_equal(limen_compute(tally, &options, NULL, &result, &error), LIMEN_OK);
    value = limen_node_defined(limen_node_find(limen_result_root(result), path))
                ? number(result, path)
                : (double)NAN;
    limen_result_destroy(result);
    limen_tally_destroy(tally);
    return value;
}

static void read_offsets(const classes *c, const limen_result *result, double *offsets)
{
    char path[32];

    for (int64_t k = 0; k < c->width; k++) {
        (void)snprintf(path, sizeof path, "labels.%d.offset", (int)k);
        offsets[k] = number(result, path);
    }
}

/* Where a row changes to class k along its offset. */
static double event(const classes *c, const double *offsets, int64_t row, int64_t k)
{
    double most = -INFINITY;

    for (int64_t i = 0; i < c->width; i++)
        if (i != k)
            most = fmax(most, c->scores[row * c->width + i] + offsets[i]);
    return most - c->scores[row * c->width + k];
}

static int rise(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

/* The middle of every interval along one offset gives nothing better. */
static void check_line(const classes *c, const double *offsets, int64_t k, const char *metric,
                       const char *path, double value)
{
    double events[ROWS], moved[CLASSES];

    for (int64_t i = 0; i < c->rows; i++)
        events[i] = event(c, offsets, i, k);
    qsort(events, (size_t)c->rows, sizeof *events, rise);
    memcpy(moved, offsets, sizeof moved);
    for (int64_t i = 0; i <= c->rows; i++) {
        double low = i == 0 ? events[0] - 1.0 : events[i - 1];
        double high = i == c->rows ? events[i - 1] + 1.0 : events[i];

        moved[k] = limen_round_to(c->dtype, 0.5 * (low + high));
        if (moved[k] > low + 1e-5 && moved[k] < high - 1e-5) /* else rounding decides */
            if (reported(c, moved, metric, path) > value + 1e-12)
                fail_msg("%s of class %d at %g: %.17g, not %.17g", path, (int)k, moved[k],
                         reported(c, moved, metric, path), value);
    }
}

static void test_offsets(void **state)
{
    static const struct {
        const char *objective, *metric, *path;
        limen_scope scope;
    } aims[] = {
        {"f1", "f1", "averages.macro.f1", LIMEN_SCOPE_LABEL},
        {"f1", "f1", "averages.micro.f1", LIMEN_SCOPE_MICRO},
        {"f1", "f1", "averages.weighted.f1", LIMEN_SCOPE_WEIGHTED},
        {"jaccard", "jaccard", "averages.macro.jaccard", LIMEN_SCOPE_MACRO},
        {"accuracy", "accuracy", "metrics.accuracy", LIMEN_SCOPE_LABEL},
        {"balanced_accuracy", "balanced_accuracy", "metrics.balanced_accuracy", LIMEN_SCOPE_LABEL},
        {"mcc", "mcc", "metrics.mcc", LIMEN_SCOPE_LABEL},
        {"kappa", "kappa", "metrics.kappa", LIMEN_SCOPE_LABEL},
    };
    random_source random = {21};

    (void)state;
    for (int i = 0; i < 1600; i++) {
        double offsets[CLASSES] = {0}, zeros[CLASSES] = {0}, value;
        size_t a = (size_t)i % (sizeof aims / sizeof aims[0]);
        limen_result *result;
        classes c;

        make(&random, &c);
        result = search_classes(
            &c, &(limen_tune_options){.objective = aims[a].objective, .scope = aims[a].scope});
        read_offsets(&c, result, offsets);
        check_near(offsets[0], 0.0, 0.0);
        if (strcmp(text(result, "status"), "local") == 0) {
            value = number(result, "value");
            check_near(value, reported(&c, offsets, aims[a].metric, aims[a].path), 1e-12);
            assert_false(value < reported(&c, zeros, aims[a].metric, aims[a].path) - 1e-12);
            /* Class 0 stays at 0: instead of it all others move, and 16 bits round those apart. */
            for (int64_t k = limen_dtype_size(c.dtype) == 2; k < c.width; k++)
                check_line(&c, offsets, k, aims[a].metric, aims[a].path, value);
        } else {
            assert_string_equal(text(result, "status"), "undefined");
        }
        limen_result_destroy(result);
    }
}

/* A class that may not be missed too often. */
static void test_constrained_offsets(void **state)
{
    random_source random = {22};
    int met = 0;

    (void)state;
    for (int i = 0; i < 300; i++) {
        limen_constraint needs = {"recall", LIMEN_AT_LEAST, 0.75, 1};
        double offsets[CLASSES];
        limen_result *result;
        classes c;

        make(&random, &c);
        result =
            search_classes(&c, &(limen_tune_options){.constraints = &needs, .constraint_count = 1});
        read_offsets(&c, result, offsets);
        if (number(result, "feasible") != 0.0) {
            assert_true(reported(&c, offsets, "recall", "labels.1.recall") >= 0.75 - 1e-12);
            met++;
        } else {
            assert_string_equal(text(result, "status"), "undetermined");
        }
        limen_result_destroy(result);
    }
    assert_true(met > 100);
}

/* argmin over k of sum_j p_j C[j][k], and what limen_apply makes of it. */
static void test_cost_matrix(void **state)
{
    random_source random = {23};

    (void)state;
    for (int i = 0; i < 500; i++) {
        double costs[CLASSES * CLASSES], total = 0.0;
        int64_t decisions[ROWS];
        limen_result *result;
        limen_batch batch;
        limen_spec spec;
        classes c;

        make(&random, &c);
        for (int64_t k = 0; k < c.width * c.width; k++)
            costs[k] = (double)random_below(&random, 5);
        result = search_classes(&c, &(limen_tune_options){.cost_matrix = costs});
        spec = (limen_spec){
            .size = sizeof spec, .task = LIMEN_MULTICLASS, .width = c.width, .cost_matrix = costs};
        batch = classes_batch(&c);
        assert_int_equal(limen_apply(&spec, 0, &batch, decisions, NULL, NULL), LIMEN_OK);
        for (int64_t row = 0; row < c.rows; row++) {
            double least = INFINITY, chosen = INFINITY;

            for (int64_t k = 0; k < c.width; k++) {
                double expected = 0.0;

                for (int64_t j = 0; j < c.width; j++)
                    expected += c.scores[row * c.width + j] * costs[j * c.width + k];
                least = fmin(least, expected);
                chosen = k == decisions[row] ? expected : chosen;
            }
            check_near(chosen, least, 1e-9);
            total += costs[c.targets[row] * c.width + decisions[row]] *
                     (c.weighted ? c.weights[row] : 1.0);
        }
        check_near(number(result, "value"), total, 1e-12);
        assert_string_equal(text(result, "status"), "fixed");
        limen_result_destroy(result);
    }
}

static void test_infinite_scores_are_refused(void **state)
{
    classes c = {.rows = 2, .width = 2, .dtype = LIMEN_F64, .scores = {0, 1, 0, INFINITY}};
    limen_spec spec = {.size = sizeof spec, .task = LIMEN_MULTICLASS, .width = 2};
    limen_batch batch = classes_batch(&c);
    limen_search *made;
    limen_error error;
    int again;

    (void)state;
    for (int64_t cell = 0; cell < 4; cell++)
        store(&c, cell);
    assert_int_equal(limen_search_create(&spec, NULL, NULL, &made, &error), LIMEN_OK);
    assert_int_equal(limen_search_update(made, &batch, &error), LIMEN_OK);
    assert_int_equal(limen_search_next_pass(made, &again, &error), LIMEN_ERR_VALUE);
    assert_int_equal(error.row, 1);
    assert_int_equal(error.column, 1);
    limen_search_destroy(made);
}

/* Decisions of the k greatest, of equal ones the lower label; a NaN is never among them. */
static void test_top_labels(void **state)
{
    double scores[] = {0.5, 0.7, 0.7, 0.1, (double)NAN, 0.2, 0.3, 0.3};
    uint8_t decisions[8];
    const uint8_t expected[] = {0, 1, 1, 0, 0, 0, 1, 1};
    limen_spec spec = {.size = sizeof spec,
                       .task = LIMEN_MULTILABEL,
                       .width = 4,
                       .nan = LIMEN_NAN_NEGATIVE,
                       .states = LIMEN_COUNTS,
                       .top_labels = 2};
    limen_batch batch = {.size = sizeof batch,
                         .scores = {scores, LIMEN_F64, {2, 4, 1}, {32, 8, 8}}};
    limen_tally *tally = NULL;
    limen_error error;

    (void)state;
    assert_int_equal(limen_apply(&spec, 0, &batch, decisions, NULL, &error), LIMEN_OK);
    assert_memory_equal(decisions, expected, sizeof expected);
    assert_int_equal(limen_tally_create(&spec, NULL, &tally, &error), LIMEN_ERR_ARGUMENT);
    spec.nan = LIMEN_NAN_ERROR;
    memset(decisions, 9, sizeof decisions);
    assert_int_equal(limen_apply(&spec, 0, &batch, decisions, NULL, &error), LIMEN_ERR_VALUE);
    assert_int_equal(error.row, 1);
    assert_int_equal(decisions[0], 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offsets),     cmocka_unit_test(test_constrained_offsets),
        cmocka_unit_test(test_cost_matrix), cmocka_unit_test(test_infinite_scores_are_refused),
        cmocka_unit_test(test_top_labels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
