/* A result tree as the layouts see it. Each layout adds its part of the table to a pen; it draws
 * nothing when the tree has no such part. */
#ifndef LIMEN_REPORT_REPORT_H
#define LIMEN_REPORT_REPORT_H

#include "limen_io.h"
#include "report/pen.h"

typedef struct limen_report {
    const limen_node *root;
    const limen_node *sets; /* an array, or NULL when the root is the only set */
    int64_t set_count;
    limen_task task;
    limen_report_options options;
    limen_allocator allocator;

    /* Labels to show, in order. */
    int64_t *order;
    int64_t shown, labels;

    /* What the notes at the end must explain. */
    int stars, dashes;
} limen_report;

/* The object of one threshold set. */
const limen_node *limen_report_set(const limen_report *report, int64_t set);

/* labels.LABEL of a set, or NULL. */
const limen_node *limen_report_label(const limen_report *report, int64_t set, int64_t label);

/* "[2] best.json", or "set 2" without a name. */
void limen_report_set_name(const limen_report *report, int64_t set, char *text, size_t size);

/* Fills in report->order, ->shown and ->labels from options.sort and options.top. */
limen_status limen_report_order(limen_report *report, limen_error *error);

/* A metric that has a column. */
typedef struct limen_report_columns {
    const char *names[16];
    int count;
    int omitted; /* had no room */
} limen_report_columns;

/* The metrics of label rows: precision, recall and F1, then those that were asked for by name; as
 * many as fit into `room` columns of text. */
void limen_report_choose(const limen_report *report, size_t room, limen_report_columns *columns);

/* Whether a field of a label is one that every label has, and no metric. */
int limen_report_is_base(const char *name);

/* Whether a field counts samples: tp, fp, fn, tn and support. */
int limen_report_is_count(const char *name);

/* "F1" for "f1", else the name. */
const char *limen_report_title(const char *metric);

/* Cells. A NULL node leaves the cell empty. */
void limen_report_metric(limen_report *report, limen_grid *grid, int column,
                         const limen_node *node);
void limen_report_count(limen_grid *grid, int column, const limen_node *node);
void limen_report_share(limen_report *report, limen_grid *grid, int column, const limen_node *node);
void limen_report_threshold(limen_grid *grid, int column, const limen_node *node);

/* Layouts. */
void limen_layout_labels(limen_report *report, const limen_pen *pen);
void limen_layout_binary(limen_report *report, const limen_pen *pen);
void limen_layout_whole(limen_report *report, const limen_pen *pen,
                        const limen_report_columns *shown);
void limen_layout_confusion(limen_report *report, const limen_pen *pen);
void limen_layout_groups(limen_report *report, const limen_pen *pen);

/* Renderers that read the tree as it is. */
void limen_json_render(const limen_result *result, limen_buffer *out);
void limen_csv_render(const limen_report *report, limen_buffer *out);

#endif
