#include "metrics/section.h"

#include "core/status.h"

#include <stdio.h>
#include <string.h>

static const limen_average averages[] = {LIMEN_AVERAGE_MICRO, LIMEN_AVERAGE_MACRO,
                                         LIMEN_AVERAGE_WEIGHTED, LIMEN_AVERAGE_SAMPLES};

#define AVERAGES_SHOWN \
    (LIMEN_AVERAGE_MICRO | LIMEN_AVERAGE_MACRO | LIMEN_AVERAGE_WEIGHTED | LIMEN_AVERAGE_SAMPLES)

const char *limen_label_name(const limen_report_work *work, int64_t label, char *buffer)
{
    if (work->options.labels)
        return work->options.labels[label];
    (void)snprintf(buffer, 24, "%lld", (long long)label);
    return buffer;
}

/* Which forms of a row this section shows. */
static uint32_t forms_of(const limen_report_work *work, const limen_metric_row *row, int64_t group)
{
    limen_task task = work->tally->spec.task;
    uint32_t forms = 0;

    for (int bit = 0; 1u << bit <= LIMEN_AVERAGE_WHOLE; bit++) {
        limen_average form = (limen_average)(1u << bit);

        if (limen_row_check(row, work->tally, group, form, &work->options, NULL) == LIMEN_OK)
            forms |= 1u << bit;
    }
    if (task == LIMEN_BINARY)
        forms &= ~(uint32_t)AVERAGES_SHOWN;
    if (task == LIMEN_MULTICLASS)
        forms &= ~(uint32_t)LIMEN_AVERAGE_SAMPLES;
    if (!work->asked && forms & LIMEN_AVERAGE_WHOLE)
        forms = LIMEN_AVERAGE_WHOLE;
    return forms;
}

/* A state that does not keep groups apart has no value for one: that form is left out. */
static limen_status row_values(limen_report_work *work, int64_t row, int64_t set, int64_t group,
                               limen_average form, limen_ratio *values, limen_error *error)
{
    limen_status status = limen_row_values(work->rows[row], work->tally, set, group, form,
                                           &work->options, values, error);

    if (status == LIMEN_ERR_STATE && group >= 0) {
        work->forms[row] = 0;
        return LIMEN_OK;
    }
    return status;
}

static void add_count(limen_report_work *work, limen_node *parent, const char *name, double count)
{
    if (work->tally->spec.weighted)
        limen_add_number(&work->builder, parent, name, count, 1);
    else
        limen_add_integer(&work->builder, parent, name, (int64_t)count);
}

static void add_ratio(limen_report_work *work, limen_node *parent, const char *name,
                      limen_ratio ratio)
{
    double value = limen_ratio_value(ratio, work->options.zero_division);

    limen_add_number(&work->builder, parent, name, value, ratio.defined);
}

/* Whether a row's value is a number of samples, and so an integer; label objects have these of
 * themselves, and prevalence too. */
static int is_count(const limen_metric_row *row)
{
    static const char *const names[] = {"tp", "fp", "fn", "tn", "support"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(row->metric.name, names[i]) == 0)
            return 1;
    }
    return 0;
}

static int is_base(const limen_metric_row *row)
{
    return is_count(row) || strcmp(row->metric.name, "prevalence") == 0;
}

/* The values of the rows that have `form`, values[row * step], then the names of those that are
 * undefined. */
static void add_values(limen_report_work *work, limen_node *parent, uint32_t form,
                       const limen_ratio *values, int64_t step, int without_base)
{
    limen_builder *b = &work->builder;
    limen_node *undefined = NULL;

    for (int64_t i = 0; i < work->row_count; i++) {
        const limen_metric_row *row = work->rows[i];

        if (!(work->forms[i] & form) || (without_base && is_base(row)))
            continue;
        if (is_count(row) && !(form & (LIMEN_AVERAGE_MACRO | LIMEN_AVERAGE_WEIGHTED)))
            add_count(work, parent, row->metric.name, values[i * step].value);
        else
            add_ratio(work, parent, row->metric.name, values[i * step]);
    }
    for (int64_t i = 0; i < work->row_count; i++) {
        if (!(work->forms[i] & form) || values[i * step].defined)
            continue;
        if (!undefined)
            undefined = limen_add_array(b, parent, "undefined");
        limen_add_string(b, undefined, "", work->rows[i]->metric.name);
    }
}

static limen_status compute_cells(limen_report_work *work, int64_t set, int64_t group,
                                  limen_error *error)
{
    int64_t width = work->tally->spec.width;

    for (int64_t i = 0; i < work->row_count; i++) {
        limen_status status = LIMEN_OK;

        work->forms[i] = forms_of(work, work->rows[i], group);
        if (work->forms[i] & LIMEN_AVERAGE_NONE)
            status =
                row_values(work, i, set, group, LIMEN_AVERAGE_NONE, work->cells + i * width, error);
        if (status != LIMEN_OK)
            return status;
    }
    return LIMEN_OK;
}

/* The thresholds as they are compared with; multiclass tallies have offsets, shown where some is
 * not 0. Decisions have neither. */
static limen_status read_thresholds(limen_report_work *work, int64_t set, const char **name,
                                    limen_error *error)
{
    const limen_spec *spec = &work->tally->spec;
    limen_status status;

    *name = NULL;
    if (limen_dtype_is_integer(spec->score_dtype))
        return LIMEN_OK;
    status = limen_tally_thresholds(work->tally, set, work->numbers, error);
    if (status != LIMEN_OK)
        return status;
    if (spec->task != LIMEN_MULTICLASS)
        *name = "threshold";
    for (int64_t i = 0; i < spec->width && !*name; i++)
        *name = work->numbers[i] != 0.0 ? "offset" : NULL;
    return LIMEN_OK;
}

static void add_base(limen_report_work *work, limen_node *object, const limen_counts *c)
{
    add_count(work, object, "support", c->tp + c->fn);
    add_ratio(work, object, "prevalence",
              limen_ratio_of(c->tp + c->fn, c->tp + c->fp + c->tn + c->fn));
    add_count(work, object, "tp", c->tp);
    add_count(work, object, "fp", c->fp);
    add_count(work, object, "fn", c->fn);
    add_count(work, object, "tn", c->tn);
}

static limen_status add_labels(limen_report_work *work, limen_node *parent, int64_t set,
                               int64_t group, limen_error *error)
{
    int64_t width = work->tally->spec.width;
    limen_builder *b = &work->builder;
    int counted = (work->tally->spec.states & LIMEN_STATES_COUNTS) != 0;
    limen_counts block[LIMEN_LABEL_BLOCK];
    const char *threshold = NULL;
    limen_node *labels;
    limen_status status = LIMEN_OK;

    if (group < 0)
        status = read_thresholds(work, set, &threshold, error);
    if (status != LIMEN_OK)
        return status;
    labels = limen_add_array(b, parent, "labels");
    for (int64_t label = 0; label < width; label++) {
        limen_node *object = limen_add_object(b, labels, "");
        char buffer[24];

        limen_add_string(b, object, "name", limen_label_name(work, label, buffer));
        if (threshold)
            limen_add_number(b, object, threshold, work->numbers[label], 1);
        if (counted) {
            if (label % LIMEN_LABEL_BLOCK == 0)
                limen_tally_read_counts(work->tally, set, group, label,
                                        limen_label_block(work->tally, label), block);
            add_base(work, object, &block[label % LIMEN_LABEL_BLOCK]);
        }
        add_values(work, object, LIMEN_AVERAGE_NONE, work->cells + label, width, 1);
    }
    return LIMEN_OK;
}

/* The value of each row in one form; *any tells whether a row has it. */
static limen_status form_values(limen_report_work *work, int64_t set, int64_t group,
                                limen_average form, int *any, limen_error *error)
{
    *any = 0;
    for (int64_t i = 0; i < work->row_count; i++) {
        limen_status status = LIMEN_OK;

        if (work->forms[i] & (uint32_t)form)
            status = row_values(work, i, set, group, form, &work->values[i], error);
        if (status != LIMEN_OK)
            return status;
        *any |= (work->forms[i] & (uint32_t)form) != 0;
    }
    return LIMEN_OK;
}

static limen_status add_averages(limen_report_work *work, limen_node *parent, int64_t set,
                                 int64_t group, limen_error *error)
{
    limen_builder *b = &work->builder;
    limen_node *object;

    if (work->tally->spec.task == LIMEN_BINARY)
        return LIMEN_OK;
    object = limen_add_object(b, parent, "averages");
    for (size_t i = 0; i < sizeof averages / sizeof averages[0]; i++) {
        int any;
        limen_status status = form_values(work, set, group, averages[i], &any, error);

        if (status != LIMEN_OK)
            return status;
        if (any)
            add_values(work, limen_add_object(b, object, limen_average_name(averages[i])),
                       (uint32_t)averages[i], work->values, 1, 0);
    }
    return LIMEN_OK;
}

/* A binary tally has one label, so its numbers are those of the whole. */
static limen_status add_metrics(limen_report_work *work, limen_node *parent, int64_t set,
                                int64_t group, limen_error *error)
{
    uint32_t shown = LIMEN_AVERAGE_WHOLE;
    int any;
    limen_status status = form_values(work, set, group, LIMEN_AVERAGE_WHOLE, &any, error);

    if (status != LIMEN_OK)
        return status;
    if (work->tally->spec.task == LIMEN_BINARY) {
        shown |= LIMEN_AVERAGE_NONE;
        for (int64_t i = 0; i < work->row_count; i++) {
            if (!(work->forms[i] & LIMEN_AVERAGE_WHOLE))
                work->values[i] = work->cells[i];
        }
    }
    add_values(work, limen_add_object(&work->builder, parent, "metrics"), shown, work->values, 1,
               0);
    return LIMEN_OK;
}

/* What each cell is divided by: the sum of its row, of its column, or of all. */
static void matrix_divisors(limen_report_work *work, int64_t set, int64_t group)
{
    int64_t classes = work->tally->spec.width;
    limen_normalize normalize = work->options.normalize;
    double all = 0.0;

    memset(work->numbers, 0, (size_t)classes * sizeof *work->numbers);
    for (int64_t i = 0; i < classes; i++) {
        for (int64_t j = 0; j < classes; j++) {
            double cell = limen_confusion_cell(work->tally, set, group, i, j);

            work->numbers[normalize == LIMEN_NORMALIZE_PRED ? j : i] += cell;
            all += cell;
        }
    }
    for (int64_t i = 0; i < classes && normalize == LIMEN_NORMALIZE_ALL; i++)
        work->numbers[i] = all;
}

static void add_confusion(limen_report_work *work, limen_node *parent, int64_t set, int64_t group)
{
    static const char *const names[] = {"none", "true", "pred", "all"};
    int64_t classes = work->tally->spec.width;
    limen_normalize normalize = work->options.normalize;
    limen_builder *b = &work->builder;
    limen_node *matrix;

    if (work->tally->spec.task != LIMEN_MULTICLASS || !(work->tally->spec.states & LIMEN_CONFUSION))
        return;
    if (normalize != LIMEN_NORMALIZE_NONE) {
        limen_add_string(b, parent, "normalize", names[normalize]);
        matrix_divisors(work, set, group);
    }
    matrix = limen_add_array(b, parent, "confusion");
    for (int64_t i = 0; i < classes; i++) {
        limen_node *row = limen_add_array(b, matrix, "");

        for (int64_t j = 0; j < classes; j++) {
            double cell = limen_confusion_cell(work->tally, set, group, i, j);
            double divisor = work->numbers[normalize == LIMEN_NORMALIZE_PRED ? j : i];

            if (normalize == LIMEN_NORMALIZE_NONE)
                add_count(work, row, "", cell);
            else
                add_ratio(work, row, "", limen_ratio_of(cell, divisor));
        }
    }
}

limen_status limen_section_add(limen_report_work *work, limen_node *parent, int64_t set,
                               int64_t group, limen_error *error)
{
    limen_status status = compute_cells(work, set, group, error);

    if (status == LIMEN_OK)
        status = add_labels(work, parent, set, group, error);
    if (status == LIMEN_OK)
        status = add_averages(work, parent, set, group, error);
    if (status == LIMEN_OK)
        status = add_metrics(work, parent, set, group, error);
    if (status == LIMEN_OK)
        add_confusion(work, parent, set, group);
    return status;
}
