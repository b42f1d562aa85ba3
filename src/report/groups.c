/* The same numbers a group: a row a group, pooled or averaged over labels. */
#include "report/report.h"

#include <stdio.h>

struct path {
    const char *title, *path;
};

static const struct path average_paths[] = {
    {"precision", "averages.micro.precision"}, {"recall", "averages.micro.recall"},
    {"micro F1", "averages.micro.f1"},         {"macro F1", "averages.macro.f1"},
    {"weighted F1", "averages.weighted.f1"},
};

/* The label of a binary task stands for all. */
static const struct path binary_paths[] = {
    {"support", "labels.0.support"},
    {"prevalence", "labels.0.prevalence"},
    {"precision", "labels.0.precision"},
    {"recall", "labels.0.recall"},
    {"F1", "labels.0.f1"},
};

#define PATHS 5

static void draw_set(limen_report *report, const limen_pen *pen, const limen_node *groups)
{
    int binary = report->task == LIMEN_BINARY;
    const struct path *paths = binary ? binary_paths : average_paths;
    const limen_node *first = limen_node_at(groups, 0);
    int column[PATHS];
    limen_grid grid;

    limen_grid_init(&grid, &report->allocator);
    (void)limen_grid_add_column(&grid, "", "group", 0);
    for (int i = 0; i < PATHS; i++)
        column[i] = limen_node_find(first, paths[i].path)
                        ? limen_grid_add_column(&grid, "", paths[i].title, 1)
                        : -1;
    for (int64_t group = 0; group < limen_node_count(groups); group++) {
        const limen_node *node = limen_node_at(groups, group);
        char name[32];

        limen_grid_row(&grid);
        (void)snprintf(name, sizeof name, "%lld", (long long)group);
        limen_grid_set(&grid, 0, name);
        for (int i = 0; i < PATHS; i++) {
            const limen_node *value = limen_node_find(node, paths[i].path);

            if (column[i] < 0)
                continue;
            if (binary && i == 0)
                limen_report_count(&grid, column[i], value);
            else if (binary && i == 1)
                limen_report_share(report, &grid, column[i], value);
            else
                limen_report_metric(report, &grid, column[i], value);
        }
    }
    if (grid.text.failed)
        pen->out->failed = 1;
    else
        pen->grid(pen, &grid);
    limen_grid_release(&grid);
}

void limen_layout_groups(limen_report *report, const limen_pen *pen)
{
    for (int64_t set = 0; set < report->set_count; set++) {
        const limen_node *groups = limen_node_find(limen_report_set(report, set), "groups");
        char name[128] = "", title[192];

        if (!groups || limen_node_count(groups) == 0)
            continue;
        if (report->set_count > 1)
            limen_report_set_name(report, set, name, sizeof name);
        (void)snprintf(title, sizeof title, "Groups%s%s", name[0] ? ", " : "", name);
        pen->gap(pen);
        pen->heading(pen, title);
        draw_set(report, pen, groups);
    }
}
