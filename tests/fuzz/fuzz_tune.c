/* Tuning of a few samples: any scores, scopes, objectives and conditions. The search in passes must
 * end, and find what the tally of all scores finds. */
#include "limen.h"

#include <stdlib.h>
#include <string.h>

#define MOST_ROWS 64
#define MOST_LABELS 4

typedef struct input {
    const uint8_t *bytes;
    size_t left;
} input;

static unsigned take(input *in, unsigned below)
{
    if (in->left == 0)
        return 0;
    in->left--;
    return *in->bytes++ % below;
}

typedef struct problem {
    float scores[MOST_ROWS * MOST_LABELS];
    uint8_t targets[MOST_ROWS * MOST_LABELS];
    double weights[MOST_ROWS];
    double matrix[MOST_LABELS * MOST_LABELS];
    limen_spec spec;
    limen_batch batch;
    limen_tune_options options;
    limen_constraint conditions[2];
} problem;

static void make_options(input *in, problem *p)
{
    static const char *const objectives[] = {"f1",
                                             "fbeta:2",
                                             "accuracy",
                                             "balanced_accuracy",
                                             "precision",
                                             "recall",
                                             "jaccard",
                                             "mcc",
                                             "kappa",
                                             "youden:0.3",
                                             "gmean",
                                             "cost",
                                             "youden",
                                             "net_benefit:0.3",
                                             "fowlkes_mallows",
                                             "distance01",
                                             "min_se_sp",
                                             "fpr=fnr",
                                             "precision=recall",
                                             "recall=specificity"};
    static const char *const metrics[] = {
        "precision", "recall", "predicted_rate", "npv", "predicted_count", "mcc", "fpr"};
    limen_tune_options *o = &p->options;

    *o = (limen_tune_options){.size = sizeof *o,
                              .objective = objectives[take(in, 20)],
                              .scope = (limen_scope)take(in, 9),
                              .average = take(in, 2) ? LIMEN_AVERAGE_MACRO : LIMEN_AVERAGE_MICRO,
                              .at = (limen_at)take(in, 2),
                              .ties = (limen_ties)take(in, 3),
                              .parameter = (double)take(in, 4),
                              .fbr_top = (int32_t)take(in, 2),
                              .restarts = 1,
                              .plateau = (int32_t)take(in, 2),
                              .zero_division = (limen_zero_division)take(in, 4),
                              .constraints = p->conditions,
                              .constraint_count = (int64_t)take(in, 3)};
    for (int i = 0; i < 2; i++)
        p->conditions[i] = (limen_constraint){.metric = metrics[take(in, 7)],
                                              .sense = (limen_bound)take(in, 2),
                                              .bound = (double)take(in, 9) / 8.0,
                                              .label = (int64_t)take(in, MOST_LABELS + 1) - 1};
}

static void make_data(input *in, problem *p)
{
    int64_t width = 1 + (int64_t)take(in, MOST_LABELS), rows = 0;
    limen_task task = (limen_task)(1 + take(in, 3));
    int64_t columns = task == LIMEN_MULTICLASS ? 1 : width;

    p->spec = (limen_spec){.size = sizeof p->spec,
                           .task = task,
                           .width = width,
                           .states = LIMEN_SCORES,
                           .rule = (limen_rule)take(in, 2),
                           .nan = (limen_nan)take(in, 2),
                           .weighted = (int32_t)take(in, 2)};
    for (int i = 0; task == LIMEN_MULTICLASS && i < MOST_LABELS * MOST_LABELS; i++)
        p->matrix[i] = (double)take(in, 7) - 1.0;
    if (task == LIMEN_MULTICLASS && take(in, 2))
        p->options.cost_matrix = p->matrix;
    for (; rows < MOST_ROWS && in->left >= (size_t)(5 * width + 1); rows++) {
        memcpy(&p->scores[rows * width], in->bytes, (size_t)width * sizeof(float));
        in->bytes += (size_t)width * sizeof(float);
        in->left -= (size_t)width * sizeof(float);
        for (int64_t k = 0; k < columns; k++)
            p->targets[rows * columns + k] =
                (uint8_t)take(in, task == LIMEN_MULTICLASS ? (unsigned)width : 2);
        p->weights[rows] = (double)take(in, 5) * 0.7;
    }
    p->batch =
        (limen_batch){.size = sizeof p->batch,
                      .scores = {p->scores, LIMEN_F32, {rows, width, 1}, {4 * width, 4, 4}},
                      .targets = {p->targets, LIMEN_U8, {rows, columns, 1}, {columns, 1, 1}}};
    if (p->spec.weighted)
        p->batch.weights = (limen_array){p->weights, LIMEN_F64, {rows, 1, 1}, {8, 8, 8}};
}

static limen_status by_tally(const problem *p, limen_result **result)
{
    limen_tally *tally = NULL;
    limen_status status = limen_tally_create(&p->spec, NULL, &tally, NULL);

    if (status == LIMEN_OK)
        status = limen_tally_update(tally, &p->batch, NULL);
    if (status == LIMEN_OK)
        status = limen_tune(tally, &p->options, NULL, result, NULL);
    limen_tally_destroy(tally);
    return status;
}

static limen_status by_search(const problem *p, limen_result **result)
{
    limen_search *search = NULL;
    limen_status status = limen_search_create(&p->spec, &p->options, NULL, &search, NULL);
    int again = 1;

    for (int passes = 0; status == LIMEN_OK && again; passes++) {
        if (passes > 40)
            abort();
        status = limen_search_update(search, &p->batch, NULL);
        if (status == LIMEN_OK)
            status = limen_search_next_pass(search, &again, NULL);
    }
    if (status == LIMEN_OK)
        status = limen_search_result(search, result, NULL);
    limen_search_destroy(search);
    return status;
}

static double value_of(const limen_result *result)
{
    const limen_node *value = limen_node_find(limen_result_root(result), "value");

    return limen_node_defined(value) ? limen_node_number(value) : -1e300;
}

/* Conditions on pooled counts end where coordinate ascent does; and of sums of weights that are as
 * far from a crossing, but for rounding, either may be nearer. */
static int must_agree(const problem *p)
{
    int crossing = strchr(p->options.objective, '=') || p->options.scope == LIMEN_SCOPE_PCUT;

    return p->options.scope != LIMEN_SCOPE_MICRO && !(p->spec.weighted && crossing);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    input in = {bytes, count};
    limen_result *whole = NULL, *passes = NULL;
    problem p = {0};
    int found;

    make_options(&in, &p);
    make_data(&in, &p);
    found = by_tally(&p, &whole) == LIMEN_OK;
    if ((by_search(&p, &passes) == LIMEN_OK) != found)
        abort();
    if (found && must_agree(&p)) {
        double apart = value_of(whole) - value_of(passes);

        if (!(apart <= 1e-9 && apart >= -1e-9))
            abort();
    }
    limen_result_destroy(whole);
    limen_result_destroy(passes);
    return 0;
}
