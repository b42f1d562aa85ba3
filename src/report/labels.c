/* The table of labels, a row each, with its averages below. */
#include "report/report.h"
#include "report/width.h"

#include <stdio.h>

#define GAP 2
#define NAME_COMFORT 14 /* columns of a name that other columns leave to it */
#define COUNT_WIDTH 7
#define SHARE_WIDTH 10
#define THRESHOLD_WIDTH 9
#define METRIC_WIDTH 7

static size_t metric_width(const char *name)
{
    size_t length = strlen(limen_report_title(name));

    return GAP + (length > METRIC_WIDTH ? length : METRIC_WIDTH);
}

static int is_default(const limen_report *report, const char *name)
{
    const limen_metric *metric = limen_metric_find(name);

    return metric && (metric->by_default >> report->task & 1u);
}

void limen_report_choose(const limen_report *report, size_t room, limen_report_columns *columns)
{
    static const char *const usual[] = {"precision", "recall", "f1"};
    const limen_node *label = limen_report_label(report, 0, 0);
    int64_t fields = label ? limen_node_count(label) : 0;
    int all = 1;

    *columns = (limen_report_columns){.count = 0};
    for (int i = 0; i < 3; i++)
        all = all && label && limen_node_find(label, usual[i]);
    for (int i = 0; all && i < 3; i++) {
        columns->names[columns->count++] = usual[i];
        room -= metric_width(usual[i]) < room ? metric_width(usual[i]) : room;
    }
    for (int64_t i = 0; i < fields; i++) {
        const limen_node *node = limen_node_at(label, i);
        const char *name = limen_node_name(node);
        int usual_one = all && (strcmp(name, usual[0]) == 0 || strcmp(name, usual[1]) == 0 ||
                                strcmp(name, usual[2]) == 0);

        /* When the usual three are there, the rest of the defaults would only crowd them. */
        if (limen_report_is_base(name) || usual_one || (all && is_default(report, name)) ||
            limen_node_count(node) > 0)
            continue;
        if (metric_width(name) > room || columns->count == 16) {
            columns->omitted++;
            continue;
        }
        columns->names[columns->count++] = name;
        room -= metric_width(name);
    }
}

/* ---- What a set's columns are --------------------------------------------------------------- */

/* From the widest to the narrowest form of a set. */
enum level { LEVEL_ALL, LEVEL_KEY_AND_THRESHOLD, LEVEL_KEY };

struct plan {
    enum level level;
    limen_report_columns metrics;
    const char *key;       /* the metric that stands for a set */
    const char *threshold; /* the field: "threshold", "offset", or NULL */
    int per_set;           /* columns of a set */
    int64_t sets;          /* of a block */
};

static size_t level_width(const struct plan *plan, enum level level)
{
    size_t width = plan->threshold && level != LEVEL_KEY ? GAP + THRESHOLD_WIDTH : 0;

    if (level != LEVEL_ALL)
        return width + metric_width(plan->key);
    for (int i = 0; i < plan->metrics.count; i++)
        width += metric_width(plan->metrics.names[i]);
    return width;
}

static size_t longest_name(const limen_report *report)
{
    size_t longest = 5;

    for (int64_t i = 0; i < report->shown; i++) {
        const limen_node *label = limen_report_label(report, 0, report->order[i]);
        const char *name = limen_node_string(limen_node_find(label, "name"));
        size_t width = name ? limen_text_width(name, strlen(name)) : 0;

        longest = width > longest ? width : longest;
    }
    return longest;
}

static const char *threshold_field(const limen_node *label)
{
    return limen_node_find(label, "threshold") ? "threshold"
           : limen_node_find(label, "offset")  ? "offset"
                                               : NULL;
}

/* The widest form in which all sets fit side by side, else as many of the narrowest as fit. */
static struct plan make_plan(const limen_report *report, size_t columns)
{
    const limen_node *label = limen_report_label(report, 0, 0);
    size_t name = longest_name(report);
    size_t fixed = GAP + COUNT_WIDTH + GAP + SHARE_WIDTH;
    struct plan plan = {.threshold = threshold_field(label), .sets = report->set_count};
    size_t room, least, most;

    name = name < NAME_COMFORT ? name : NAME_COMFORT;
    room = columns > name + fixed ? columns - name - fixed : 0;
    least = plan.threshold ? GAP + THRESHOLD_WIDTH : 0;
    limen_report_choose(report, room > least ? room - least : 0, &plan.metrics);
    plan.key = plan.metrics.count ? plan.metrics.names[0] : "f1";
    for (int i = 0; i < plan.metrics.count; i++)
        if (strcmp(plan.metrics.names[i], "f1") == 0)
            plan.key = "f1";
    while (plan.level != LEVEL_KEY &&
           level_width(&plan, plan.level) > room / (size_t)report->set_count)
        plan.level++;
    if (report->set_count == 1)
        plan.level = LEVEL_ALL;
    plan.per_set = plan.level == LEVEL_ALL ? plan.metrics.count + (plan.threshold != NULL)
                                           : 1 + (plan.level != LEVEL_KEY && plan.threshold);
    if (plan.per_set == 0)
        return plan;
    most = room / level_width(&plan, plan.level);
    if (most > (size_t)((LIMEN_GRID_COLUMNS - 3) / plan.per_set))
        most = (size_t)((LIMEN_GRID_COLUMNS - 3) / plan.per_set);
    if ((size_t)plan.sets > most)
        plan.sets = most > 0 ? (int64_t)most : 1;
    return plan;
}

/* ---- Drawing -------------------------------------------------------------------------------- */

static void add_columns(const limen_report *report, const struct plan *plan, int64_t first,
                        int64_t last, limen_grid *grid)
{
    (void)limen_grid_add_column(grid, "", report->task == LIMEN_MULTICLASS ? "class" : "label", 0);
    (void)limen_grid_add_column(grid, "", "support", 1);
    (void)limen_grid_add_column(grid, "", "prevalence", 1);
    for (int64_t set = first; set < last; set++) {
        char band[256] = "";

        if (report->set_count > 1)
            limen_report_set_name(report, set, band, sizeof band);
        /* A name that would be cut is left to the list above the table. */
        if (limen_text_width(band, strlen(band)) > level_width(plan, plan->level) - GAP - 1)
            (void)snprintf(band, sizeof band, "[%lld]", (long long)set + 1);
        if (plan->threshold && plan->level != LEVEL_KEY)
            (void)limen_grid_add_column(grid, band, plan->threshold, 1);
        if (plan->level != LEVEL_ALL)
            (void)limen_grid_add_column(grid, band, limen_report_title(plan->key), 1);
        else
            for (int i = 0; i < plan->metrics.count; i++)
                (void)limen_grid_add_column(grid, band, limen_report_title(plan->metrics.names[i]),
                                            1);
    }
}

/* The cells of one set, from `column` on; `node` is a label or an average. */
static void set_cells(limen_report *report, const struct plan *plan, const limen_node *node,
                      limen_grid *grid, int column)
{
    if (plan->threshold && plan->level != LEVEL_KEY)
        limen_report_threshold(grid, column++, limen_node_find(node, plan->threshold));
    if (plan->level != LEVEL_ALL) {
        limen_report_metric(report, grid, column, limen_node_find(node, plan->key));
        return;
    }
    for (int i = 0; i < plan->metrics.count; i++)
        limen_report_metric(report, grid, column + i,
                            limen_node_find(node, plan->metrics.names[i]));
}

static void add_label(limen_report *report, const struct plan *plan, int64_t label, int64_t first,
                      int64_t last, limen_grid *grid)
{
    const limen_node *node = limen_report_label(report, 0, label);
    const char *name = limen_node_string(limen_node_find(node, "name"));

    limen_grid_row(grid);
    limen_grid_set(grid, 0, name ? name : "");
    limen_report_count(grid, 1, limen_node_find(node, "support"));
    limen_report_share(report, grid, 2, limen_node_find(node, "prevalence"));
    for (int64_t set = first; set < last; set++)
        set_cells(report, plan, limen_report_label(report, set, label), grid,
                  3 + (int)(set - first) * plan->per_set);
}

/* Whether an average has any of the metrics shown. */
static int has_any(const struct plan *plan, const limen_node *average)
{
    for (int i = 0; i < plan->metrics.count; i++)
        if (limen_node_find(average, plan->metrics.names[i]))
            return 1;
    return 0;
}

static void add_averages(limen_report *report, const struct plan *plan, int64_t first, int64_t last,
                         limen_grid *grid)
{
    const limen_node *averages = limen_node_find(limen_report_set(report, 0), "averages");
    int64_t count = averages ? limen_node_count(averages) : 0;
    int ruled = 0;

    for (int64_t i = 0; i < count; i++) {
        const limen_node *average = limen_node_at(averages, i);
        char text[64];

        if (!has_any(plan, average))
            continue;
        if (!ruled)
            limen_grid_rule(grid);
        ruled = 1;
        limen_grid_row(grid);
        (void)snprintf(text, sizeof text, "%s average", limen_node_name(average));
        limen_grid_set(grid, 0, text);
        for (int64_t set = first; set < last; set++) {
            (void)snprintf(text, sizeof text, "averages.%s", limen_node_name(average));
            set_cells(report, plan, limen_node_find(limen_report_set(report, set), text), grid,
                      3 + (int)(set - first) * plan->per_set);
        }
    }
}

static void draw_block(limen_report *report, const limen_pen *pen, const struct plan *plan,
                       int64_t first, int64_t last)
{
    limen_grid grid;

    limen_grid_init(&grid, &report->allocator);
    add_columns(report, plan, first, last, &grid);
    for (int64_t i = 0; i < report->shown; i++)
        add_label(report, plan, report->order[i], first, last, &grid);
    add_averages(report, plan, first, last, &grid);
    if (grid.text.failed)
        pen->out->failed = 1;
    else
        pen->grid(pen, &grid);
    limen_grid_release(&grid);
}

void limen_layout_labels(limen_report *report, const limen_pen *pen)
{
    limen_report_columns shown = {.count = 0};
    struct plan plan;
    char text[160];

    if (report->labels == 0)
        return;
    plan = make_plan(report, pen->columns);
    for (int64_t first = 0; first < report->set_count; first += plan.sets) {
        int64_t last =
            first + plan.sets < report->set_count ? first + plan.sets : report->set_count;

        if (first > 0)
            pen->gap(pen);
        draw_block(report, pen, &plan, first, last);
    }
    if (report->shown < report->labels) {
        (void)snprintf(text, sizeof text, "%lld of %lld %s shown; averages are over all",
                       (long long)report->shown, (long long)report->labels,
                       report->task == LIMEN_MULTICLASS ? "classes" : "labels");
        pen->line(pen, text);
    }
    if (plan.metrics.omitted > 0) {
        (void)snprintf(text, sizeof text,
                       "%d metrics had no room here; formats json and csv have them",
                       plan.metrics.omitted);
        pen->line(pen, text);
    }
    if (plan.level == LEVEL_ALL)
        shown = plan.metrics;
    else
        shown = (limen_report_columns){.names = {plan.key}, .count = 1};
    limen_layout_whole(report, pen, &shown);
}
