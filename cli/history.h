/* The history of a training run: the numbers of its evaluations, and curves through them. */
#ifndef LIMEN_CLI_HISTORY_H
#define LIMEN_CLI_HISTORY_H

#include "limen_io.h"

#include <stddef.h>

/* A CSV file with a row an evaluation. */
struct run {
    const char *file;
    limen_source *source; /* which owns the names */
    const char *const *names;
    size_t columns, rows, capacity;
    double *values;       /* rows x columns, NaN where there is no number */
    int64_t epoch, steps; /* columns, or -1 */
};

/* One column of one run, drawn. */
struct series {
    const struct run *run;
    size_t column;
    size_t best; /* row; run->rows when it has no number */
};

struct history {
    struct run *runs;
    size_t run_count;
    struct series *series;
    size_t series_count;
    int64_t x; /* HISTORY_STEPS, HISTORY_EPOCH or HISTORY_ROW */
};

enum { HISTORY_STEPS, HISTORY_EPOCH, HISTORY_ROW };

#define HISTORY_MOST 6 /* curves in a picture */

/* Reads a CSV file whose columns are all numbers. Returns an exit code after printing what is
 * wrong. The run is to be released in any case. */
int run_read(struct run *run, const char *file);
void run_release(struct run *run);

double run_value(const struct run *run, size_t row, size_t column);
int64_t run_column(const struct run *run, const char *name); /* in any case of letters; -1: none */

int run_is_metric(const struct run *run, size_t column); /* neither epoch nor steps */

/* Whether a part stands in a text, in any case of letters. */
int text_contains(const char *text, const char *part);

/* The row with the best number of a column, the first of equals; run->rows when it has none. */
size_t run_best(const struct run *run, size_t column);

/* Whether less of it is better: a loss or an error. */
int run_lower_is_better(const char *name);

/* Where a row lies on the horizontal axis, and what that is called. */
double history_x(const struct history *history, const struct run *run, size_t row);
const char *history_x_name(const struct history *history);

/* What holds all points of all series, the unit square when there are none. */
struct frame {
    double x_low, x_high, y_low, y_high;
};
struct frame history_frame(const struct history *history);

/* What a series is called beside others: its metric, its file, or both. */
void history_label(const struct history *history, size_t index, char *label, size_t size);

/* Show the series; each returns 0, or prints what went wrong and returns EXIT_DATA. */
int history_table(const struct history *history);
int history_json(const struct history *history);
int history_csv(const struct history *history);
int history_svg(const struct history *history, const char *path);

#endif
