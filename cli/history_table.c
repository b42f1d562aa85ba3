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

static const char ascii_marks[HISTORY_MOST + 1] = "*+ox#@";
static const struct {
    const char *plain, *coloured;
} utf8_marks[HISTORY_MOST] = {
    {"●", "\033[34m●\033[0m"}, {"▲", "\033[31m▲\033[0m"}, {"■", "\033[32m■\033[0m"},
    {"◆", "\033[35m◆\033[0m"}, {"▼", "\033[33m▼\033[0m"}, {"★", "\033[36m★\033[0m"},
};

struct look {
    int utf8, colour;
};

static const char *glyph(void *use, char mark)
{
    static const char *const coloured[] = {
        "\033[34m*\033[0m", "\033[31m+\033[0m", "\033[32mo\033[0m",
        "\033[35mx\033[0m", "\033[33m#\033[0m", "\033[36m@\033[0m",
    };
    static const char *const plain[] = {"*", "+", "o", "x", "#", "@"};
    const struct look *look = use;
    size_t i = (size_t)(strchr(ascii_marks, mark) - ascii_marks);

    if (look->utf8)
        return look->colour ? utf8_marks[i].coloured : utf8_marks[i].plain;
    return look->colour ? coloured[i] : plain[i];
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

static void draw(const struct history *history, struct look *look)
{
    struct frame frame = history_frame(history);
    char name[48];
    struct plot plot;

    plot_clear(&plot);
    plot.x_low = frame.x_low;
    plot.x_high = frame.x_high;
    plot.y_low = frame.y_low;
    plot.y_high = frame.y_high;
    plot.glyph = glyph;
    plot.use = look;
    for (size_t i = 0; i < history->series_count; i++) {
        const struct series *series = &history->series[i];
        double x0 = NAN, y0 = NAN;

        for (size_t row = 0; row < series->run->rows; row++) {
            double x1 = history_x(history, series->run, row);
            double y1 = run_value(series->run, row, series->column);
            int follows = isfinite(x0) && isfinite(y0);

            if (isfinite(x1) && isfinite(y1))
                plot_line(&plot, follows ? x0 : x1, follows ? y0 : y1, x1, y1, ascii_marks[i]);
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

/* A line of the table; `mark` is that of the curve, or a blank. */
static void print_line(const struct history *history, const struct run *run, size_t column,
                       const char *mark, const char *name)
{
    size_t best = run_best(run, column), leading = history->series[0].best;

    (void)printf("%s %-*.*s", mark, NAME, NAME, name);
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
    struct look look = {is_utf8(), output_colour(NULL)};
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
        print_line(history, history->series[i].run, history->series[i].column,
                   glyph(&look, ascii_marks[i]), name);
    }
    for (size_t i = 0; history->run_count == 1 && i < only->columns; i++) {
        int drawn = !run_is_metric(only, i);

        for (size_t k = 0; k < history->series_count; k++)
            drawn |= history->series[k].column == i;
        if (!drawn)
            print_line(history, only, i, " ", only->names[i]);
    }
    if (history->run_count == 1)
        print_best(history);
    if (fflush(stdout) != 0 || ferror(stdout))
        return say_failure("standard output could not be written; is the disk full?");
    return EXIT_DONE;
}
