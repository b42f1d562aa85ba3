/* A result tree as CSV for machines: a row a label, then a row an average, then a row a number of
 * the whole tally (in the column `value`), for every set and group. Full precision; an undefined
 * number without a value is an empty cell, and `undefined` names them all. */
#include "report/digits.h"
#include "report/report.h"

#include <math.h>

struct table {
    const limen_report *report;
    limen_buffer *out;
    const limen_node *label; /* its fields are the columns */
    int sets, groups;        /* these have a column */
};

static void put_text(limen_buffer *out, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        limen_buffer_text(out, text);
        return;
    }
    limen_buffer_text(out, "\"");
    for (; *text; text++) {
        if (*text == '"')
            limen_buffer_text(out, "\"");
        limen_buffer_add(out, text, 1);
    }
    limen_buffer_text(out, "\"");
}

static void put_value(limen_buffer *out, const limen_node *node)
{
    char text[LIMEN_DIGITS_TEXT];
    double value = node ? limen_node_number(node) : (double)NAN;

    if (isnan(value))
        return;
    limen_digits_exact(text, value);
    limen_buffer_text(out, text);
}

static int is_column(const limen_node *node)
{
    return limen_node_type(node) == LIMEN_NODE_NUMBER ||
           limen_node_type(node) == LIMEN_NODE_INTEGER;
}

static void put_header(const struct table *table)
{
    if (table->sets)
        limen_buffer_text(table->out, "set,");
    if (table->groups)
        limen_buffer_text(table->out, "group,");
    limen_buffer_text(table->out, "kind,name,value");
    for (int64_t i = 0; table->label && i < limen_node_count(table->label); i++) {
        const limen_node *field = limen_node_at(table->label, i);

        if (!is_column(field))
            continue;
        limen_buffer_text(table->out, ",");
        put_text(table->out, limen_node_name(field));
    }
    limen_buffer_text(table->out, ",undefined\n");
}

struct place {
    int64_t set, group; /* from 1; 0: no such */
};

static void put_undefined(limen_buffer *out, const limen_node *node)
{
    int found = 0;

    for (int64_t i = 0; i < limen_node_count(node); i++) {
        const limen_node *child = limen_node_at(node, i);

        if (limen_node_type(child) != LIMEN_NODE_NUMBER || limen_node_defined(child))
            continue;
        limen_buffer_text(out, found++ ? ";" : "");
        limen_buffer_text(out, limen_node_name(child));
    }
}

/* A label or an average (`fields`), or a number of the whole (`value`). */
static void put_row(const struct table *table, struct place place, const char *kind,
                    const char *name, const limen_node *fields, const limen_node *value)
{
    if (table->sets)
        limen_buffer_printf(table->out, "%lld,", (long long)place.set);
    if (table->groups && place.group > 0)
        limen_buffer_printf(table->out, "%lld", (long long)place.group - 1);
    limen_buffer_printf(table->out, "%s%s,", table->groups ? "," : "", kind);
    put_text(table->out, name);
    limen_buffer_text(table->out, ",");
    put_value(table->out, value);
    for (int64_t i = 0; table->label && i < limen_node_count(table->label); i++) {
        const limen_node *field = limen_node_at(table->label, i);

        if (!is_column(field))
            continue;
        limen_buffer_text(table->out, ",");
        put_value(table->out, fields ? limen_node_find(fields, limen_node_name(field)) : NULL);
    }
    limen_buffer_text(table->out, ",");
    if (fields)
        put_undefined(table->out, fields);
    else if (!limen_node_defined(value))
        limen_buffer_text(table->out, name);
    limen_buffer_text(table->out, "\n");
}

static void put_report(const struct table *table, const limen_node *report, struct place place)
{
    const limen_node *labels = limen_node_find(report, "labels");
    const limen_node *averages = limen_node_find(report, "averages");
    const limen_node *metrics = limen_node_find(report, "metrics");

    for (int64_t i = 0; labels && i < table->report->shown; i++) {
        const limen_node *label = limen_node_at(labels, table->report->order[i]);
        const limen_node *name = limen_node_find(label, "name");

        put_row(table, place, "label", name ? limen_node_string(name) : "", label, NULL);
    }
    for (int64_t i = 0; averages && i < limen_node_count(averages); i++) {
        const limen_node *average = limen_node_at(averages, i);

        put_row(table, place, "average", limen_node_name(average), average, NULL);
    }
    for (int64_t i = 0; metrics && i < limen_node_count(metrics); i++) {
        const limen_node *metric = limen_node_at(metrics, i);

        if (is_column(metric))
            put_row(table, place, "metric", limen_node_name(metric), NULL, metric);
    }
}

void limen_csv_render(const limen_report *report, limen_buffer *out)
{
    const limen_node *first = limen_report_set(report, 0);
    struct table table = {
        .report = report,
        .out = out,
        .label = limen_report_label(report, 0, 0),
        .sets = report->set_count > 1,
        .groups = limen_node_find(first, "groups") != NULL,
    };

    put_header(&table);
    for (int64_t set = 0; set < report->set_count; set++) {
        const limen_node *node = limen_report_set(report, set);
        const limen_node *groups = limen_node_find(node, "groups");

        put_report(&table, node, (struct place){set + 1, 0});
        for (int64_t i = 0; groups && i < limen_node_count(groups); i++)
            put_report(&table, limen_node_at(groups, i), (struct place){set + 1, i + 1});
    }
}
