/* The curves of a run in the terminal, and its numbers below them. */
#include "history.h"
#include "message.h"
#include "options.h"
#include "output.h"
#include "plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME 30 /* columns of a name */

static const char marks[HISTORY_MOST + 1] = "*+ox#@";
static const char *const utf8_marks[HISTORY_MOST] = {"●", "▲", "■", "◆", "▼", "★"};
static const int colours[HISTORY_MOST] = {34, 31, 32, 35, 33, 36};

struct look {
    int utf8, colour;
};

static void put_mark(const void *use, char mark)
{
    const struct look *look = use;
    const char *known = strchr(marks, mark);

    if (!known) {
        (void)putchar(mark);
        return;
    }
    if (look->colour)
        (void)printf("\033[%dm", colours[known - marks]);
    if (look->utf8)
        (void)fputs(utf8_marks[known - marks], stdout);
    else
        (void)putchar(mark);
    if (look->colour)
        (void)fputs("\033[0m", stdout);
}

/* The environment's word for the terminal's encoding, as setlocale would read it. */
static int is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *value = getenv(names[i]);

        if (value && *value)
            return text_contains(value, "utf-8") || text_contains(value, "utf8");
    }
    return 0;
}

static void draw(const struct history *history, const struct look *look)
{
    struct frame frame = history_frame(history);
    char name[48];
    struct plot plot;

    plot_clear(&plot);
    plot.x_low = frame.x_low;
    plot.x_high = frame.x_high;
    plot.y_low = frame.y_low;
    plot.y_high = frame.y_high;
    plot.put_mark = put_mark;
    plot.use = look;
    for (size_t i = 0; i < history->series_count; i++) {
        const struct series *series = &history->series[i];
        double x0 = NAN, y0 = NAN;

        for (size_t row = 0; row < series->run->rows; row++) {
            double x1 = history_x(history, series->run, row);
            double y1 = run_value(series->run, row, series->column);
            int follows = isfinite(x0) && isfinite(y0);

            if (isfinite(x1) && isfinite(y1))
                plot_line(&plot, follows ? x0 : x1, follows ? y0 : y1, x1, y1, marks[i]);
            x0 = x1;
            y0 = y1;
        }
    }
    (void)snprintf(name, sizeof name, "%s",
                   history->series_count == 1 || history->run_count > 1
                       ? history->series[0].run->names[history->series[0].column]
                       : "");
    plot_print(&plot, history_x_name(history), name);
}

static void print_number(double value)
{
    if (isnan(value))
        (void)printf("  %8s", "-");
    else
        (void)printf("  %8.4f", value);
}

/* What stands behind the mark of a curve, or behind a blank. */
static void print_line(const struct history *history, const struct run *run, size_t column,
                       const char *name)
{
    size_t best = run_best(run, column), leading = history->series[0].best;

    (void)printf(" %-*.*s", NAME, NAME, name);
    print_number(run_value(run, 0, column));
    print_number(run_value(run, run->rows - 1, column));
    print_number(best < run->rows ? run_value(run, best, column) : NAN);
    if (best < run->rows)
        (void)printf("  %8.6g", history_x(history, run, best));
    else
        (void)printf("  %8s", "-");
    if (history->run_count == 1 && leading < run->rows)
        print_number(run_value(run, leading, column));
    (void)putchar('\n');
}

static void print_best(const struct history *history)
{
    const struct series *first = &history->series[0];
    const struct run *run = first->run;
    const char *name = run->names[first->column];

    if (first->best == run->rows)
        return;
    (void)printf("\nbest row, %s %s: %zu of %zu",
                 run_lower_is_better(name) ? "the least" : "the greatest", name, first->best + 1,
                 run->rows);
    if (run->epoch >= 0)
        (void)printf(", epoch %g", run_value(run, first->best, (size_t)run->epoch));
    if (run->steps >= 0)
        (void)printf(", steps %g", run_value(run, first->best, (size_t)run->steps));
    (void)putchar('\n');
}

int history_table(const struct history *history)
{
    const struct look look = {is_utf8(), output_colour(NULL)};
    const struct run *only = &history->runs[0];
    char head[32], name[64];

    if (history->run_count == 1)
        (void)printf("%s: %zu evaluation%s\n\n", only->file, only->rows,
                     only->rows == 1 ? "" : "s");
    draw(history, &look);
    (void)snprintf(head, sizeof head, "at %s",
                   history->x == HISTORY_ROW ? "row" : history_x_name(history));
    (void)printf("\n  %-*s  %8s  %8s  %8s  %8s%s\n", NAME, "", "first", "last", "best", head,
                 history->run_count == 1 ? "  best row" : "");
    for (size_t i = 0; i < history->series_count; i++) {
        history_label(history, i, name, sizeof name);
        put_mark(&look, marks[i]);
        print_line(history, history->series[i].run, history->series[i].column, name);
    }
    for (size_t i = 0; history->run_count == 1 && i < only->columns; i++) {
        int drawn = !run_is_metric(only, i);

        for (size_t k = 0; k < history->series_count; k++)
            drawn |= history->series[k].column == i;
        if (drawn)
            continue;
        (void)putchar(' ');
        print_line(history, only, i, only->names[i]);
    }
    if (history->run_count == 1)
        print_best(history);
    if (fflush(stdout) != 0 || ferror(stdout))
        return say_failure("standard output could not be written; is the disk full?");
    return EXIT_DONE;
}
