/* The confusion matrix where it fits into the line, else its largest confusions. */
#include "report/digits.h"
#include "report/report.h"
#include "report/width.h"

#include <math.h>
#include <stdio.h>

#define GAP 2
#define LARGEST_MATRIX 20
#define NAME_ROOM 14
#define PAIRS 10 /* confusions listed in place of a matrix */

static const char *class_name(const limen_report *report, int64_t index)
{
    const limen_node *label = limen_report_label(report, 0, index);
    const char *name = label ? limen_node_string(limen_node_find(label, "name")) : NULL;

    return name ? name : "";
}

static double cell_of(const limen_node *matrix, int64_t row, int64_t column)
{
    return limen_node_number(limen_node_at(limen_node_at(matrix, row), column));
}

/* Counts are whole (or sums of weights); a normalised matrix has shares. */
static void cell_text(char *text, double value)
{
    if (isnan(value))
        (void)strcpy(text, "-");
    else if (value == floor(value))
        limen_digits_count(text, value);
    else
        limen_digits_fixed(text, value, 3);
}

static size_t cells_width(const limen_node *matrix, int64_t classes)
{
    size_t widest = 1;

    for (int64_t row = 0; row < classes; row++)
        for (int64_t column = 0; column < classes; column++) {
            char text[LIMEN_DIGITS_TEXT];

            cell_text(text, cell_of(matrix, row, column));
            widest = strlen(text) > widest ? strlen(text) : widest;
        }
    return widest;
}

/* How columns are headed, or that the matrix does not fit. */
enum heads { HEADS_NAMES, HEADS_NUMBERS, HEADS_NONE };

static enum heads choose_heads(const limen_report *report, const limen_node *matrix,
                               int64_t classes, size_t columns)
{
    size_t longest = 0, all = 0, cell, numbered;

    if (classes > LARGEST_MATRIX)
        return HEADS_NONE;
    cell = cells_width(matrix, classes);
    numbered = cell > 4 ? cell : 4;
    for (int64_t i = 0; i < classes; i++) {
        size_t width = limen_text_width(class_name(report, i), strlen(class_name(report, i)));

        longest = width > longest ? width : longest;
        all += GAP + (width > cell ? width : cell);
    }
    longest = longest < NAME_ROOM ? longest : NAME_ROOM;
    if (columns == SIZE_MAX || longest + all + strlen("true ") <= columns)
        return HEADS_NAMES;
    if (longest + 5 + (size_t)classes * (GAP + numbered) <= columns)
        return HEADS_NUMBERS;
    return HEADS_NONE;
}

static void draw_matrix(const limen_report *report, const limen_pen *pen, const limen_node *matrix,
                        int64_t classes, enum heads heads)
{
    limen_grid grid;
    char text[320];

    limen_grid_init(&grid, &report->allocator);
    (void)limen_grid_add_column(&grid, "", "true", 0);
    for (int64_t i = 0; i < classes; i++) {
        (void)snprintf(text, sizeof text, "[%lld]", (long long)i);
        (void)limen_grid_add_column(&grid, "predicted",
                                    heads == HEADS_NUMBERS ? text : class_name(report, i), 1);
    }
    for (int64_t row = 0; row < classes; row++) {
        limen_grid_row(&grid);
        (void)snprintf(text, sizeof text, "[%lld] %s", (long long)row, class_name(report, row));
        limen_grid_set(&grid, 0, heads == HEADS_NUMBERS ? text : class_name(report, row));
        for (int64_t column = 0; column < classes; column++) {
            cell_text(text, cell_of(matrix, row, column));
            limen_grid_set(&grid, 1 + (int)column, text);
        }
    }
    if (grid.text.failed)
        pen->out->failed = 1;
    else
        pen->grid(pen, &grid);
    limen_grid_release(&grid);
}

struct confusion {
    int64_t actual, predicted;
    double value;
};

/* Keeps the largest PAIRS in descending order; earlier cells go before equal later ones. */
static int collect_largest(const limen_node *matrix, int64_t classes, struct confusion *largest)
{
    int count = 0;

    for (int64_t row = 0; row < classes; row++) {
        const limen_node *cells = limen_node_at(matrix, row);

        for (int64_t column = 0; column < classes; column++) {
            double value = limen_node_number(limen_node_at(cells, column));
            int at = count;

            if (row == column || !(value > 0))
                continue;
            while (at > 0 && largest[at - 1].value < value)
                at--;
            if (at == PAIRS)
                continue;
            count += count < PAIRS;
            for (int i = count - 1; i > at; i--)
                largest[i] = largest[i - 1];
            largest[at] = (struct confusion){row, column, value};
        }
    }
    return count;
}

static void draw_largest(limen_report *report, const limen_pen *pen, const limen_node *matrix,
                         int64_t classes)
{
    struct confusion largest[PAIRS] = {{0, 0, 0}};
    int count = collect_largest(matrix, classes, largest);
    limen_grid grid;

    limen_grid_init(&grid, &report->allocator);
    (void)limen_grid_add_column(&grid, "", "true", 0);
    (void)limen_grid_add_column(&grid, "", "predicted", 0);
    (void)limen_grid_add_column(&grid, "", "samples", 1);
    (void)limen_grid_add_column(&grid, "", "of the true", 1);
    for (int i = 0; i < count; i++) {
        const limen_node *label = limen_report_label(report, 0, largest[i].actual);
        double support = limen_node_number(limen_node_find(label, "support"));
        char text[LIMEN_DIGITS_TEXT];

        limen_grid_row(&grid);
        limen_grid_set(&grid, 0, class_name(report, largest[i].actual));
        limen_grid_set(&grid, 1, class_name(report, largest[i].predicted));
        cell_text(text, largest[i].value);
        limen_grid_set(&grid, 2, text);
        limen_digits_share(text, largest[i].value / support);
        limen_grid_set(&grid, 3, text);
    }
    if (grid.text.failed)
        pen->out->failed = 1;
    else
        pen->grid(pen, &grid);
    limen_grid_release(&grid);
}

void limen_layout_confusion(limen_report *report, const limen_pen *pen)
{
    for (int64_t set = 0; set < report->set_count; set++) {
        const limen_node *matrix = limen_node_find(limen_report_set(report, set), "confusion");
        int64_t classes = matrix ? limen_node_count(matrix) : 0;
        char name[128] = "", title[192];
        enum heads heads;

        if (classes == 0)
            continue;
        heads = choose_heads(report, matrix, classes, pen->columns);
        if (report->set_count > 1)
            limen_report_set_name(report, set, name, sizeof name);
        (void)snprintf(title, sizeof title, "%s%s%s",
                       heads == HEADS_NONE ? "Largest confusions" : "Confusion matrix",
                       name[0] ? ", " : "", name);
        pen->gap(pen);
        pen->heading(pen, title);
        if (heads == HEADS_NONE)
            draw_largest(report, pen, matrix, classes);
        else
            draw_matrix(report, pen, matrix, classes, heads);
    }
}
