/* Numbers of the whole tally: a row a number, a column a set. And a binary task, which is one label
 * with its 2 x 2 table. */
#include "report/digits.h"
#include "report/report.h"

#include <stdio.h>

/* A grid with a column for names and one a set; `bandless` when there is only one. */
static void start(const limen_report *report, limen_grid *grid, const char *title, int64_t first,
                  int64_t last)
{
    limen_grid_init(grid, &report->allocator);
    (void)limen_grid_add_column(grid, "", title, 0);
    for (int64_t set = first; set < last; set++) {
        char name[32] = "value";

        if (report->set_count > 1)
            (void)snprintf(name, sizeof name, "[%lld]", (long long)set + 1);
        (void)limen_grid_add_column(grid, "", name, 1);
    }
}

static void finish(const limen_pen *pen, limen_grid *grid)
{
    if (grid->text.failed) {
        pen->out->failed = 1;
    } else if (grid->rows > 0) {
        pen->gap(pen);
        pen->grid(pen, grid);
    }
    limen_grid_release(grid);
}

/* One row: the number at `path` in each set. */
static void add_row(limen_report *report, limen_grid *grid, const char *title, const char *path,
                    int64_t first, int64_t last)
{
    limen_grid_row(grid);
    limen_grid_set(grid, 0, title);
    for (int64_t set = first; set < last; set++) {
        const limen_node *node = limen_node_find(limen_report_set(report, set), path);
        int column = 1 + (int)(set - first);

        if (limen_report_is_count(title))
            limen_report_count(grid, column, node);
        else if (strcmp(title, "prevalence") == 0)
            limen_report_share(report, grid, column, node);
        else
            limen_report_metric(report, grid, column, node);
    }
}

/* Averages that the table of labels did not show. */
static void add_averages(limen_report *report, limen_grid *grid, const limen_report_columns *shown,
                         int64_t first, int64_t last)
{
    const limen_node *averages = limen_node_find(limen_report_set(report, 0), "averages");
    limen_report_columns wanted;

    limen_report_choose(report, SIZE_MAX, &wanted);
    for (int64_t i = 0; averages && i < limen_node_count(averages); i++) {
        const limen_node *average = limen_node_at(averages, i);

        for (int k = 0; k < wanted.count; k++) {
            char path[160], title[160];
            int seen = 0;

            for (int j = 0; j < shown->count; j++)
                seen |= strcmp(shown->names[j], wanted.names[k]) == 0;
            if (seen || !limen_node_find(average, wanted.names[k]))
                continue;
            (void)snprintf(path, sizeof path, "averages.%s.%s", limen_node_name(average),
                           wanted.names[k]);
            (void)snprintf(title, sizeof title, "%s_%s", wanted.names[k], limen_node_name(average));
            add_row(report, grid, title, path, first, last);
        }
    }
}

/* What the 2 x 2 table of a single set shows already. */
static int is_in_square(const limen_report *report, const char *name)
{
    return report->task == LIMEN_BINARY && report->set_count == 1 && limen_report_is_count(name) &&
           strcmp(name, "support") != 0;
}

/* The numbers that an object holds, by name. `base` picks the fields that every label has, or all
 * others. */
static void add_object(limen_report *report, limen_grid *grid, const char *path, int base,
                       int64_t first, int64_t last)
{
    const limen_node *object = limen_node_find(limen_report_set(report, 0), path);

    for (int64_t i = 0; object && i < limen_node_count(object); i++) {
        const limen_node *node = limen_node_at(object, i);
        const char *name = limen_node_name(node);
        char full[160];

        if ((limen_node_type(node) != LIMEN_NODE_NUMBER &&
             limen_node_type(node) != LIMEN_NODE_INTEGER) ||
            limen_report_is_base(name) != base || is_in_square(report, name))
            continue;
        (void)snprintf(full, sizeof full, "%s.%s", path, name);
        add_row(report, grid, name, full, first, last);
    }
}

/* Sets side by side, as many as the line has room for. */
static int64_t sets_a_block(const limen_report *report, const limen_pen *pen)
{
    size_t most = (pen->columns - 26) / 9;

    if (most > LIMEN_GRID_COLUMNS - 1)
        most = LIMEN_GRID_COLUMNS - 1;
    if (pen->columns < 35)
        most = 1;
    return (size_t)report->set_count < most ? report->set_count : (int64_t)most;
}

void limen_layout_whole(limen_report *report, const limen_pen *pen,
                        const limen_report_columns *shown)
{
    int64_t step = sets_a_block(report, pen);

    for (int64_t first = 0; first < report->set_count; first += step) {
        int64_t last = first + step < report->set_count ? first + step : report->set_count;
        limen_grid grid;

        start(report, &grid, "metric", first, last);
        add_averages(report, &grid, shown, first, last);
        add_object(report, &grid, "metrics", 0, first, last);
        finish(pen, &grid);
    }
}

/* ---- Binary --------------------------------------------------------------------------------- */

/* predicted 1 and 0 across, target 1 and 0 down, with sums. */
static void draw_square(limen_report *report, const limen_pen *pen)
{
    static const char *const names[4] = {"tp", "fn", "fp", "tn"};
    const limen_node *label = limen_report_label(report, 0, 0);
    double count[4], rows[3][3];
    limen_grid grid;

    for (int i = 0; i < 4; i++) {
        const limen_node *node = limen_node_find(label, names[i]);

        if (!node)
            return;
        count[i] = limen_node_number(node);
        rows[i / 2][i % 2] = count[i];
    }
    for (int i = 0; i < 2; i++)
        rows[i][2] = rows[i][0] + rows[i][1];
    for (int i = 0; i < 3; i++)
        rows[2][i] = rows[0][i] + rows[1][i];
    limen_grid_init(&grid, &report->allocator);
    (void)limen_grid_add_column(&grid, "", "", 0);
    (void)limen_grid_add_column(&grid, "", "predicted 1", 1);
    (void)limen_grid_add_column(&grid, "", "predicted 0", 1);
    (void)limen_grid_add_column(&grid, "", "all", 1);
    for (int row = 0; row < 3; row++) {
        static const char *const titles[3] = {"target 1", "target 0", "all"};

        limen_grid_row(&grid);
        limen_grid_set(&grid, 0, titles[row]);
        for (int column = 0; column < 3; column++) {
            char text[LIMEN_DIGITS_TEXT];

            limen_digits_count(text, rows[row][column]);
            limen_grid_set(&grid, column + 1, text);
        }
    }
    if (grid.text.failed)
        pen->out->failed = 1;
    else
        pen->grid(pen, &grid);
    limen_grid_release(&grid);
}

void limen_layout_binary(limen_report *report, const limen_pen *pen)
{
    int64_t step = sets_a_block(report, pen);

    if (report->labels != 1)
        return;
    if (report->set_count == 1)
        draw_square(report, pen);
    for (int64_t first = 0; first < report->set_count; first += step) {
        int64_t last = first + step < report->set_count ? first + step : report->set_count;
        limen_grid grid;

        start(report, &grid, "metric", first, last);
        add_object(report, &grid, "labels.0", 1, first, last);
        add_object(report, &grid, "metrics", 0, first, last);
        finish(pen, &grid);
    }
}
