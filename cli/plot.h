/* Curves drawn with characters, for a terminal of 80 columns. */
#ifndef LIMEN_CLI_PLOT_H
#define LIMEN_CLI_PLOT_H

#define PLOT_COLUMNS 61
#define PLOT_ROWS 21

struct plot {
    double x_low, x_high, y_low, y_high;          /* what the edges stand for */
    char cells[PLOT_ROWS][PLOT_COLUMNS + 1];      /* row 0 on top, each a string */
    void (*put_mark)(const void *use, char mark); /* prints a mark its own way; NULL: as it is */
    const void *use;
};

/* Empty, and the unit square. */
void plot_clear(struct plot *plot);

/* A straight line; where something stands already, it stays. */
void plot_line(struct plot *plot, double x0, double y0, double x1, double y1, char mark);

/* On standard output, with axes and their names; y_name may be empty. */
void plot_print(const struct plot *plot, const char *x_name, const char *y_name);

#endif
