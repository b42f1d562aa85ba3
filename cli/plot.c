#include "plot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TICK 15 /* columns from one tick to the next */

void plot_clear(struct plot *plot)
{
    *plot = (struct plot){.x_high = 1, .y_high = 1};
    for (int row = 0; row < PLOT_ROWS; row++)
        memset(plot->cells[row], ' ', PLOT_COLUMNS);
}

static void put(struct plot *plot, double x, double y, char mark)
{
    long column = lround(x * (PLOT_COLUMNS - 1));
    long row = lround((1.0 - y) * (PLOT_ROWS - 1));

    if (column < 0 || column >= PLOT_COLUMNS || row < 0 || row >= PLOT_ROWS)
        return;
    if (plot->cells[row][column] == ' ')
        plot->cells[row][column] = mark;
}

/* Where a value lies between two others; in the middle when they are the same. */
static double share(double value, double low, double high)
{
    return high > low ? (value - low) / (high - low) : 0.5;
}

void plot_line(struct plot *plot, double x0, double y0, double x1, double y1, char mark)
{
    double left = share(x0, plot->x_low, plot->x_high);
    double right = share(x1, plot->x_low, plot->x_high);
    double first = share(y0, plot->y_low, plot->y_high);
    double last = share(y1, plot->y_low, plot->y_high);
    double wide = fabs(right - left) * PLOT_COLUMNS, high = fabs(last - first) * PLOT_ROWS;
    int steps = 1 + (int)(2.0 * (wide > high ? wide : high));

    for (int i = 0; i <= steps; i++) {
        double part = (double)i / steps;

        put(plot, left + part * (right - left), first + part * (last - first), mark);
    }
}

static void print_cells(const struct plot *plot, int row)
{
    int length = PLOT_COLUMNS;

    while (length > 0 && plot->cells[row][length - 1] == ' ')
        length--;
    for (int column = 0; column < length; column++) {
        char mark = plot->cells[row][column];

        if (plot->put_mark && mark != ' ')
            plot->put_mark(plot->use, mark);
        else
            (void)putchar(mark);
    }
    (void)putchar('\n');
}

/* Numbers below the ticks, each with its middle under one. */
static void print_ticks(const struct plot *plot, int margin)
{
    int at = 0;

    for (int column = 0; column < PLOT_COLUMNS; column += TICK) {
        double x = plot->x_low + (plot->x_high - plot->x_low) * column / (double)(PLOT_COLUMNS - 1);
        char number[32];
        int length = snprintf(number, sizeof number, "%.4g", x);
        int start = margin + column - (length - 1) / 2;

        (void)printf("%*s%s", start > at ? start - at : 0, "", number);
        at = start + length;
    }
    (void)putchar('\n');
}

void plot_print(const struct plot *plot, const char *x_name, const char *y_name)
{
    double span = plot->y_high - plot->y_low;
    int digits = span > 0 && span < 0.5 ? (span < 0.05 ? 4 : 3) : 2;
    int width = 0;
    char number[32];

    for (int end = 0; end < 2; end++) {
        int length =
            snprintf(number, sizeof number, "%.*f", digits, end ? plot->y_high : plot->y_low);

        width = length > width ? length : width;
    }
    width = width < 5 ? 5 : width;
    if (*y_name)
        (void)printf("  %s\n", y_name);
    for (int row = 0; row < PLOT_ROWS; row++) {
        if (row % 5 == 0)
            (void)printf("%*.*f |", width, digits,
                         plot->y_high - span * (double)row / (PLOT_ROWS - 1));
        else
            (void)printf("%*s |", width, "");
        print_cells(plot, row);
    }
    (void)printf("%*s +", width, "");
    for (int column = 0; column < PLOT_COLUMNS; column++)
        (void)putchar(column % TICK == 0 ? '+' : '-');
    (void)putchar('\n');
    print_ticks(plot, width + 2);
    (void)printf("%*s\n", width + 2 + PLOT_COLUMNS, x_name);
}
