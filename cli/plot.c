#include "plot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void plot_clear(struct plot *plot)
{
    for (int row = 0; row < PLOT_ROWS; row++) {
        memset(plot->cells[row], ' ', PLOT_COLUMNS);
        plot->cells[row][PLOT_COLUMNS] = '\0';
    }
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

void plot_line(struct plot *plot, double x0, double y0, double x1, double y1, char mark)
{
    double wide = fabs(x1 - x0) * PLOT_COLUMNS, high = fabs(y1 - y0) * PLOT_ROWS;
    int steps = 1 + (int)(2.0 * (wide > high ? wide : high));

    for (int i = 0; i <= steps; i++) {
        double share = (double)i / steps;

        put(plot, x0 + share * (x1 - x0), y0 + share * (y1 - y0), mark);
    }
}

void plot_print(const struct plot *plot, const char *x_name, const char *y_name)
{
    (void)printf("  %s\n", y_name);
    for (int row = 0; row < PLOT_ROWS; row++) {
        int length = PLOT_COLUMNS;

        while (length > 0 && plot->cells[row][length - 1] == ' ')
            length--;
        if (row % 5 == 0)
            (void)printf("%5.2f |%.*s\n", 1.0 - (double)row / (PLOT_ROWS - 1), length,
                         plot->cells[row]);
        else
            (void)printf("      |%.*s\n", length, plot->cells[row]);
    }
    (void)printf("      +");
    for (int column = 0; column < PLOT_COLUMNS; column++)
        (void)putchar(column % 15 == 0 ? '+' : '-');
    (void)printf("\n       0             0.25           0.5            0.75           1\n");
    (void)printf("%*s\n", 8 + PLOT_COLUMNS - 1, x_name);
}
