#include "tune/tree.h"

#include "metrics/average.h"
#include "result/result.h"

#include <math.h>

static const char *scope_name(limen_scope scope)
{
    static const char *const names[] = {
        [LIMEN_SCOPE_LABEL] = "label",       [LIMEN_SCOPE_GLOBAL] = "global",
        [LIMEN_SCOPE_MICRO] = "micro",       [LIMEN_SCOPE_MACRO] = "macro",
        [LIMEN_SCOPE_WEIGHTED] = "weighted", [LIMEN_SCOPE_SAMPLES] = "samples",
        [LIMEN_SCOPE_PCUT] = "pcut",         [LIMEN_SCOPE_RCUT] = "rcut",
        [LIMEN_SCOPE_FBR] = "fbr",
    };

    return names[scope];
}

static const char *task_name(limen_task task)
{
    return task == LIMEN_BINARY ? "binary" : task == LIMEN_MULTICLASS ? "multiclass" : "multilabel";
}

static void add_interval(limen_builder *builder, limen_node *parent, const limen_cut *cut)
{
    int defined = !isnan(cut->threshold);

    (void)limen_add_number(builder, parent, "threshold", cut->threshold, defined);
    (void)limen_add_number(builder, parent, "low", cut->low, defined);
    (void)limen_add_number(builder, parent, "high", cut->high, defined);
    /* Without the scores themselves the ends are those of bins. */
    if (!cut->known)
        (void)limen_add_string(builder, parent, "ends", "bins");
}

static void add_count(limen_builder *builder, limen_node *parent, const char *name, double count,
                      int whole)
{
    if (whole)
        (void)limen_add_integer(builder, parent, name, (int64_t)count);
    else
        (void)limen_add_number(builder, parent, name, count, 1);
}

static void add_label(limen_builder *builder, limen_node *labels, const limen_plan *plan,
                      const limen_solution *solution, int64_t label)
{
    const limen_choice *choice = &solution->choices[label];
    limen_node *node = limen_add_object(builder, labels, "");
    limen_node *plateau;
    char number[24];

    (void)limen_add_string(builder, node, "name", limen_plan_label(plan, label, number));
    if (plan->task == LIMEN_MULTICLASS)
        (void)limen_add_number(builder, node, "offset", choice->cut.threshold, 1);
    else
        add_interval(builder, node, &choice->cut);
    add_count(builder, node, "support", choice->totals.positives, choice->totals.whole);
    (void)limen_add_number(builder, node, "value",
                           choice->value.defined ? choice->value.value : NAN,
                           choice->value.defined);
    (void)limen_add_string(builder, node, "status", limen_outcome_name(choice->outcome));
    if (choice->gap > 0.0)
        (void)limen_add_number(builder, node, "gap", choice->gap, 1);
    if (choice->violation > 0.0)
        (void)limen_add_number(builder, node, "violation", choice->violation,
                               isfinite(choice->violation));
    if (!solution->plateaus || plan->task == LIMEN_MULTICLASS)
        return;
    plateau = limen_add_array(builder, node, "plateau");
    for (int64_t i = 0; i < solution->plateaus[label].count; i++)
        add_interval(builder, limen_add_object(builder, plateau, ""),
                     &solution->plateaus[label].cuts[i]);
}

static void add_matrix(limen_builder *builder, limen_node *rows, const limen_plan *plan)
{
    for (int64_t i = 0; i < plan->width; i++) {
        limen_node *row = limen_add_array(builder, rows, "");

        for (int64_t k = 0; k < plan->width; k++)
            (void)limen_add_number(builder, row, "", plan->cost_matrix[i * plan->width + k], 1);
    }
}

/* Outcomes of single labels that a reader of the file should not overlook. */
static void add_notes(limen_builder *builder, limen_node *notes, const limen_solution *solution)
{
    const struct {
        limen_outcome outcome;
        const char *note;
    } known[] = {
        {LIMEN_OUTCOME_NO_POSITIVES, "labels without positives predict none"},
        {LIMEN_OUTCOME_INFEASIBLE,
         "a constraint cannot be met: the nearest achievable point is given"},
        {LIMEN_OUTCOME_UNDETERMINED,
         "no choice that meets the constraints was found, but there may be one"},
        {LIMEN_OUTCOME_WITHIN_GAP,
         isnan(solution->gap) ? "edges of bins were weighed: a cut inside a bin may be better"
                              : "what is best exceeds the value by the gap at most"},
        {LIMEN_OUTCOME_LOCAL, "a local optimum: coordinate ascent does not prove more"},
    };

    if (solution->note)
        (void)limen_add_string(builder, notes, "", solution->note);
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
        int found = solution->outcome == known[k].outcome;

        for (int64_t i = 0; i < solution->width && !found; i++)
            found = solution->choices[i].outcome == known[k].outcome;
        if (found)
            (void)limen_add_string(builder, notes, "", known[k].note);
    }
}

limen_status limen_solution_tree(const limen_plan *plan, const limen_solution *solution,
                                 limen_dtype dtype, int64_t samples,
                                 const limen_allocator *allocator, limen_result **result,
                                 limen_error *error)
{
    limen_builder builder;
    limen_node *root, *labels;

    limen_builder_start(&builder, allocator);
    root = limen_builder_root(&builder);
    (void)limen_add_string(&builder, root, "format", "limen-thresholds");
    (void)limen_add_integer(&builder, root, "version", 1);
    (void)limen_add_string(&builder, root, "limen", limen_version());
    (void)limen_add_string(&builder, root, "task", task_name(plan->task));
    if (plan->task != LIMEN_MULTICLASS)
        (void)limen_add_string(&builder, root, "rule", plan->aim.rule == LIMEN_GE ? "ge" : "gt");
    if (limen_dtype_name(dtype))
        (void)limen_add_string(&builder, root, "dtype", limen_dtype_name(dtype));
    (void)limen_add_integer(&builder, root, "samples", samples);
    (void)limen_add_string(&builder, root, "objective", plan->aim.shown.name);
    (void)limen_add_string(&builder, root, "scope", scope_name(plan->scope));
    if (solution->top_labels)
        (void)limen_add_integer(&builder, root, "top_labels", solution->top_labels);
    if (plan->cost_matrix)
        add_matrix(&builder, limen_add_array(&builder, root, "cost_matrix"), plan);
    if (plan->scope == LIMEN_SCOPE_GLOBAL)
        (void)limen_add_string(&builder, root, "average", plan->macro ? "macro" : "micro");
    labels = limen_add_array(&builder, root, "labels");
    for (int64_t label = 0; label < plan->width; label++)
        add_label(&builder, labels, plan, solution, label);
    (void)limen_add_number(&builder, root, "value",
                           limen_ratio_value(solution->value, plan->zero_division),
                           solution->value.defined);
    (void)limen_add_number(&builder, root, "gap", solution->gap, !isnan(solution->gap));
    if (solution->outcome != LIMEN_OUTCOME_OPTIMAL)
        (void)limen_add_string(&builder, root, "status", limen_outcome_name(solution->outcome));
    (void)limen_add_boolean(&builder, root, "feasible", !solution->infeasible);
    if (solution->infeasible && solution->violation > 0.0)
        (void)limen_add_number(&builder, root, "violation", solution->violation,
                               isfinite(solution->violation));
    add_notes(&builder, limen_add_array(&builder, root, "notes"), solution);
    return limen_builder_finish(&builder, result, error);
}
