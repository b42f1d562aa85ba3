#include "report/report.h"

#include "report/digits.h"

#include <stdio.h>

const limen_node *limen_report_set(const limen_report *report, int64_t set)
{
    return report->sets ? limen_node_at(report->sets, set) : report->root;
}

const limen_node *limen_report_label(const limen_report *report, int64_t set, int64_t label)
{
    const limen_node *labels = limen_node_find(limen_report_set(report, set), "labels");

    return labels ? limen_node_at(labels, label) : NULL;
}

static limen_task task_of(const limen_node *set)
{
    const limen_node *node = set ? limen_node_find(set, "task") : NULL;
    const char *name = node ? limen_node_string(node) : NULL;

    if (name && strcmp(name, "binary") == 0)
        return LIMEN_BINARY;
    return name && strcmp(name, "multiclass") == 0 ? LIMEN_MULTICLASS : LIMEN_MULTILABEL;
}

/* "multilabel: 5,426 samples, weighted, 28 labels, positive when score >= threshold" */
static void draw_summary(const limen_report *report, const limen_pen *pen)
{
    static const char *const names[] = {"?", "binary", "multiclass", "multilabel"};
    const char *noun = report->task == LIMEN_MULTICLASS ? "classes"
                       : report->labels == 1            ? "label"
                                                        : "labels";
    const limen_node *set = limen_report_set(report, 0);
    const limen_node *samples = limen_node_find(set, "samples");
    const limen_node *rule = limen_node_find(set, "rule");
    const limen_node *top_k = limen_node_find(set, "top_k");
    const char *rule_name = rule ? limen_node_string(rule) : NULL;
    char line[512], labels[96] = "", right[96] = "", count[LIMEN_DIGITS_TEXT];

    limen_digits_count(count, (double)report->labels);
    if (report->task != LIMEN_BINARY)
        (void)snprintf(labels, sizeof labels, ", %s %s", count, noun);
    if (top_k)
        (void)snprintf(right, sizeof right, ", right when among the top %.0f",
                       limen_node_number(top_k));
    else if (report->task != LIMEN_MULTICLASS)
        (void)snprintf(right, sizeof right, ", positive when score %s threshold",
                       rule_name && strcmp(rule_name, "gt") == 0 ? ">" : ">=");
    limen_digits_count(count, samples ? limen_node_number(samples) : 0);
    (void)snprintf(line, sizeof line, "%s: %s sample%s%s%s%s", names[report->task], count,
                   strcmp(count, "1") == 0 ? "" : "s",
                   limen_node_find(set, "weighted") ? ", weighted" : "", labels, right);
    pen->heading(pen, line);
    for (int64_t k = 0; report->set_count > 1 && k < report->set_count; k++) {
        char name[1024];

        limen_report_set_name(report, k, name, sizeof name);
        pen->line(pen, name);
    }
    pen->gap(pen);
}

/* A note at the end; a blank line goes before the first. */
static void draw_note(const limen_pen *pen, const char *text, int *drawn)
{
    if ((*drawn)++ == 0)
        pen->gap(pen);
    pen->line(pen, text);
}

static int has_note(const limen_node *notes, const char *text)
{
    for (int64_t i = 0; notes && i < limen_node_count(notes); i++)
        if (strcmp(limen_node_string(limen_node_at(notes, i)), text) == 0)
            return 1;
    return 0;
}

/* What marks mean, then the sentences of the result; those of the first set are not repeated for
 * others. */
static void draw_notes(const limen_report *report, const limen_pen *pen)
{
    const limen_node *first = limen_node_find(limen_report_set(report, 0), "notes");
    int drawn = 0;

    if (report->stars)
        draw_note(pen, "* is 0/0, undefined: the value is that of the zero-division policy",
                  &drawn);
    if (report->dashes)
        draw_note(pen, "\"-\" is 0/0, undefined, and has no value", &drawn);
    for (int64_t set = 0; set < report->set_count; set++) {
        const limen_node *notes = limen_node_find(limen_report_set(report, set), "notes");

        for (int64_t i = 0; notes && i < limen_node_count(notes); i++) {
            const char *note = limen_node_string(limen_node_at(notes, i));

            if (set == 0 || !has_note(first, note))
                draw_note(pen, note, &drawn);
        }
    }
}

static void draw(limen_report *report, const limen_pen *pen)
{
    draw_summary(report, pen);
    if (report->task == LIMEN_BINARY)
        limen_layout_binary(report, pen);
    else
        limen_layout_labels(report, pen);
    limen_layout_confusion(report, pen);
    limen_layout_groups(report, pen);
    draw_notes(report, pen);
}

static void render(limen_report *report, const limen_result *result, limen_buffer *out)
{
    const limen_report_options *options = &report->options;
    limen_pen pen = options->format == LIMEN_FORMAT_MARKDOWN ? limen_markdown_pen(out)
                    : options->format == LIMEN_FORMAT_HTML
                        ? limen_html_pen(out)
                        : limen_text_pen(out, options->columns, options->colour);

    if (options->format == LIMEN_FORMAT_JSON)
        limen_json_render(result, out);
    else if (options->format == LIMEN_FORMAT_CSV)
        limen_csv_render(report, out);
    else
        draw(report, &pen);
}

limen_status limen_report_render(const limen_result *result, const limen_report_options *options,
                                 const limen_allocator *allocator, char **text, size_t *length,
                                 limen_error *error)
{
    limen_report report = {.root = limen_result_root(result), .set_count = 1};
    limen_status status;
    limen_buffer out;

    if (options)
        memcpy(&report.options, options,
               options->size < sizeof report.options ? options->size : sizeof report.options);
    if (report.options.format < LIMEN_FORMAT_TABLE || report.options.format > LIMEN_FORMAT_HTML)
        return limen_fail(error, LIMEN_ERR_UNSUPPORTED,
                          "report format %d is not supported; use table, json, csv, markdown or "
                          "html",
                          (int)report.options.format);
    report.allocator = limen_allocator_or_default(allocator);
    report.sets = limen_node_find(report.root, "sets");
    if (report.sets)
        report.set_count = limen_node_count(report.sets);
    report.task = task_of(limen_report_set(&report, 0));
    status = limen_report_order(&report, error);
    if (status == LIMEN_OK) {
        limen_buffer_init(&out, allocator);
        render(&report, result, &out);
        status = limen_buffer_take(&out, text, length, error);
    }
    limen_delete(&report.allocator, report.order, (size_t)report.labels, sizeof *report.order);
    return status;
}

void limen_report_release(char *text, size_t length, const limen_allocator *allocator)
{
    limen_allocator with = limen_allocator_or_default(allocator);

    limen_delete(&with, text, length + 1, 1);
}
