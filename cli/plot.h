/* A curve drawn with characters, for a terminal of 80 columns. */
#ifndef LIMEN_CLI_PLOT_H
#define LIMEN_CLI_PLOT_H

#define PLOT_COLUMNS 61
#define PLOT_ROWS 21

struct plot {
    char cells[PLOT_ROWS][PLOT_COLUMNS + 1]; /* row 0 on top, each a string */
};

void plot_clear(struct plot *plot);

/* A straight line in the unit square; where something stands already, it stays. */
void plot_line(struct plot *plot, double x0, double y0, double x1, double y1, char mark);

/* On standard output, with axes and their names. */
void plot_print(const struct plot *plot, const char *x_name, const char *y_name);

#endif
