/* Which labels are shown, in which order. */
#include "report/report.h"

#include <math.h>
#include <stdlib.h>

struct key {
    double number;
    const char *text;
    int64_t index;
};

/* Undefined values come last either way, equal ones keep the order of the data. */
static int compare(const struct key *a, const struct key *b, int sign)
{
    int order = 0;

    if (a->text && b->text)
        order = strcmp(a->text, b->text);
    else if (isnan(a->number) || isnan(b->number))
        return isnan(a->number) == isnan(b->number) ? (a->index > b->index) - (a->index < b->index)
                                                    : (isnan(a->number) ? 1 : -1);
    else
        order = (a->number > b->number) - (a->number < b->number);
    return order ? sign * order : (a->index > b->index) - (a->index < b->index);
}

static int ascending(const void *a, const void *b)
{
    return compare(a, b, 1);
}

static int descending(const void *a, const void *b)
{
    return compare(a, b, -1);
}

static limen_status sort_keys(const limen_report *report, struct key *keys, limen_error *error)
{
    const char *field = report->options.sort;
    int down = field[0] == '-';

    field += down;
    for (int64_t i = 0; i < report->labels; i++) {
        const limen_node *label = limen_report_label(report, 0, i);
        const limen_node *node = limen_node_find(label, field);

        if (!node)
            return limen_fail(error, LIMEN_ERR_ARGUMENT,
                              "cannot sort by \"%s\", which no label has; name, support, "
                              "threshold or one of the metrics shown will do",
                              field);
        keys[i] = (struct key){limen_node_number(node), limen_node_string(node), i};
    }
    qsort(keys, (size_t)report->labels, sizeof *keys, down ? descending : ascending);
    return LIMEN_OK;
}

limen_status limen_report_order(limen_report *report, limen_error *error)
{
    const limen_node *labels = limen_node_find(limen_report_set(report, 0), "labels");
    int64_t top = report->options.top;
    struct key *keys;
    limen_status status = LIMEN_OK;

    report->labels = labels ? limen_node_count(labels) : 0;
    report->shown = top > 0 && top < report->labels ? top : report->labels;
    report->order =
        limen_new_raw(&report->allocator, (size_t)report->labels, sizeof *report->order);
    keys = limen_new_raw(&report->allocator, (size_t)report->labels, sizeof *keys);
    if (!report->order || !keys)
        status = limen_fail_memory(error, 0);
    for (int64_t i = 0; status == LIMEN_OK && i < report->labels; i++)
        keys[i].index = i;
    if (status == LIMEN_OK && report->options.sort)
        status = sort_keys(report, keys, error);
    for (int64_t i = 0; status == LIMEN_OK && i < report->labels; i++)
        report->order[i] = keys[i].index;
    limen_delete(&report->allocator, keys, (size_t)report->labels, sizeof *keys);
    return status;
}
