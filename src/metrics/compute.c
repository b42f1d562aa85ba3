/* The report of a tally as a tree:
 *
 *     format, version, limen
 *     task, samples, rule, dtype; top_k and weighted where they are set
 *     labels    an object a label: name, threshold (multiclass: offset, where there are any),
 *               support, prevalence, tp, fp, fn, tn, metrics; "undefined" names those that are 0/0
 *     averages  micro, macro, weighted, samples: multilabel and multiclass
 *     metrics   one number each: those of the whole tally; for a binary one, those of its label
 *     confusion multiclass, where the tally keeps it
 *     groups    labels, averages and metrics of each group
 *     notes     sentences
 *
 * So "f1" of a binary report is metrics.f1 (and labels.0.f1), and of others averages.macro.f1 and
 * labels.N.f1. Counts are integers, unless the tally is weighted. A default that has one number for
 * the whole tally is shown as just that; a metric asked for by name is shown in every form. */
#include "core/status.h"
#include "metrics/section.h"

static int64_t row_index(const limen_report_work *work, const limen_metric_row *row)
{
    for (int64_t i = 0; i < work->row_count; i++) {
        if (work->rows[i] == row)
            return i;
    }
    return -1;
}

/* OK when some form can be had; the error tells of the last that cannot. The number of the whole
 * tally is the one that is meant where there is one, so it must not be missing. */
static limen_status check_row(const limen_report_work *work, const limen_metric_row *row,
                              limen_error *error)
{
    const limen_tally *tally = work->tally;
    limen_status status = LIMEN_ERR_STATE;

    if (row->whole && row->whole_tasks & (1u << tally->spec.task))
        return limen_row_check(row, tally, -1, LIMEN_AVERAGE_WHOLE, &work->options, error);
    for (int bit = 0; 1u << bit <= LIMEN_AVERAGE_WHOLE && status != LIMEN_OK; bit++) {
        if (row->metric.averages & (1u << bit))
            status =
                limen_row_check(row, tally, -1, (limen_average)(1u << bit), &work->options, error);
    }
    return status;
}

static limen_status choose_asked(limen_report_work *work, limen_error *error)
{
    for (int64_t i = 0; i < work->options.metric_count; i++) {
        const char *name = work->options.metrics[i];
        const limen_metric_row *row = (const limen_metric_row *)limen_metric_find(name);
        limen_status status;

        if (!row)
            return limen_fail(error, LIMEN_ERR_ARGUMENT,
                              "no metric is called '%s': the table of metrics has the names",
                              name ? name : "");
        status = check_row(work, row, error);
        if (status != LIMEN_OK)
            return status;
        if (row_index(work, row) < 0)
            work->rows[work->row_count++] = row;
    }
    return LIMEN_OK;
}

static void choose_defaults(limen_report_work *work)
{
    for (int64_t i = 0; i < limen_metric_count(); i++) {
        const limen_metric_row *row = (const limen_metric_row *)limen_metric_at(i);

        if (row->metric.by_default & (1u << work->tally->spec.task) &&
            check_row(work, row, NULL) == LIMEN_OK)
            work->rows[work->row_count++] = row;
    }
}

static void release_work(limen_report_work *work)
{
    const limen_allocator *a = &work->allocator;
    size_t rows = (size_t)work->row_capacity, width = (size_t)work->tally->spec.width;

    limen_delete(a, work->rows, rows, sizeof(const limen_metric_row *));
    limen_delete(a, work->forms, rows, sizeof *work->forms);
    limen_delete(a, work->values, rows, sizeof *work->values);
    limen_delete(a, work->cells, (size_t)work->row_count * width, sizeof *work->cells);
    limen_delete(a, work->numbers, width, sizeof *work->numbers);
}

static limen_status prepare_work(limen_report_work *work, limen_error *error)
{
    const limen_allocator *a = &work->allocator;
    size_t width = (size_t)work->tally->spec.width;
    limen_status status = LIMEN_OK;

    work->row_capacity = work->asked ? work->options.metric_count : limen_metric_count();
    work->rows = limen_new(a, (size_t)work->row_capacity, sizeof(const limen_metric_row *));
    work->forms = limen_new(a, (size_t)work->row_capacity, sizeof *work->forms);
    work->values = limen_new(a, (size_t)work->row_capacity, sizeof *work->values);
    work->numbers = limen_new(a, width, sizeof *work->numbers);
    if (!work->rows || !work->forms || !work->values || !work->numbers)
        return limen_fail_memory(error, 0);
    if (work->asked)
        status = choose_asked(work, error);
    else
        choose_defaults(work);
    if (status != LIMEN_OK)
        return status;
    work->cells = limen_new(a, (size_t)work->row_count * width, sizeof *work->cells);
    return work->cells ? LIMEN_OK : limen_fail_memory(error, 0);
}

static void add_head(limen_report_work *work, limen_node *parent)
{
    const limen_spec *spec = &work->tally->spec;
    limen_builder *b = &work->builder;

    limen_add_string(b, parent, "task", limen_task_name(spec->task));
    limen_add_integer(b, parent, "samples", work->tally->samples);
    if (spec->task == LIMEN_MULTICLASS)
        limen_add_string(b, parent, "rule", "argmax");
    else
        limen_add_string(b, parent, "rule", spec->rule == LIMEN_GT ? "gt" : "ge");
    if (spec->score_dtype != LIMEN_NONE)
        limen_add_string(b, parent, "dtype", limen_dtype_name(spec->score_dtype));
    if (spec->top_k > 1)
        limen_add_integer(b, parent, "top_k", spec->top_k);
    if (spec->weighted)
        limen_add_boolean(b, parent, "weighted", 1);
}

static limen_status add_set(limen_report_work *work, limen_node *parent, int64_t set,
                            limen_error *error)
{
    limen_builder *b = &work->builder;
    limen_node *groups;
    limen_status status;

    add_head(work, parent);
    status = limen_section_add(work, parent, set, -1, error);
    if (status != LIMEN_OK)
        return status;
    groups = work->tally->spec.groups > 0 ? limen_add_array(b, parent, "groups") : NULL;
    for (int64_t group = 0; group < work->tally->spec.groups && status == LIMEN_OK; group++) {
        limen_node *object = limen_add_object(b, groups, "");

        limen_add_integer(b, object, "group", group);
        status = limen_section_add(work, object, set, group, error);
    }
    return status == LIMEN_OK ? limen_notes_add(work, parent, set, error) : status;
}

static limen_status add_report(limen_report_work *work, limen_error *error)
{
    limen_builder *b = &work->builder;
    limen_node *root = limen_builder_root(b), *sets;
    limen_status status = LIMEN_OK;

    limen_add_string(b, root, "format", "limen-report");
    limen_add_integer(b, root, "version", 1);
    limen_add_string(b, root, "limen", limen_version());
    if (work->tally->spec.sets == 1)
        return add_set(work, root, 0, error);
    sets = limen_add_array(b, root, "sets");
    for (int64_t set = 0; set < work->tally->spec.sets && status == LIMEN_OK; set++)
        status = add_set(work, limen_add_object(b, sets, ""), set, error);
    return status;
}

static limen_status check_names(const limen_report_work *work, limen_error *error)
{
    for (int64_t i = 0; work->options.labels && i < work->tally->spec.width; i++) {
        if (!work->options.labels[i])
            return limen_fail(error, LIMEN_ERR_ARGUMENT,
                              "the name of label %lld is NULL: give a name for each label",
                              (long long)i);
    }
    return LIMEN_OK;
}

limen_status limen_compute(const limen_tally *tally, const limen_compute_options *options,
                           const limen_allocator *allocator, limen_result **result,
                           limen_error *error)
{
    limen_report_work work = {.tally = tally, .allocator = limen_allocator_or_default(allocator)};
    limen_status status;

    if (!tally || !result)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "a tally and a place for the result are needed");
    status = limen_options_fill(options, &work.options, error);
    if (status == LIMEN_OK && !work.options.labels)
        work.options.labels = limen_tally_labels(tally);
    if (status == LIMEN_OK)
        status = check_names(&work, error);
    if (status != LIMEN_OK)
        return status;
    work.asked = work.options.metrics != NULL;
    status = prepare_work(&work, error);
    if (status == LIMEN_OK) {
        limen_builder_start(&work.builder, &work.allocator);
        status = add_report(&work, error);
        if (status == LIMEN_OK)
            status = limen_builder_finish(&work.builder, result, error);
        else
            limen_builder_cancel(&work.builder);
    }
    release_work(&work);
    return status;
}
