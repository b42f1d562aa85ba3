/* Reading the file of a run, and what can be asked of it. */
#include "history.h"
#include "message.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double run_value(const struct run *run, size_t row, size_t column)
{
    return run->values[row * run->columns + column];
}

static int same_letters(const char *a, const char *b)
{
    while (*a && tolower((unsigned char)*a) == tolower((unsigned char)*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

int64_t run_column(const struct run *run, const char *name)
{
    for (size_t i = 0; i < run->columns; i++)
        if (same_letters(run->names[i], name))
            return (int64_t)i;
    return -1;
}

static int reserve(struct run *run, size_t rows)
{
    size_t capacity = run->capacity ? run->capacity : 64;
    double *grown;

    while (capacity < rows)
        capacity *= 2;
    if (capacity == run->capacity)
        return 1;
    grown = realloc(run->values, capacity * run->columns * sizeof *grown);
    if (!grown)
        return 0;
    run->values = grown;
    run->capacity = capacity;
    return 1;
}

static int take_batch(struct run *run, const limen_array *cells)
{
    size_t rows = (size_t)cells->shape[0];

    if (!reserve(run, run->rows + rows))
        return say_failure("out of memory");
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < run->columns; j++)
            memcpy(&run->values[(run->rows + i) * run->columns + j],
                   (const char *)cells->data + (int64_t)i * cells->stride[0] +
                       (int64_t)j * cells->stride[1],
                   sizeof(double));
    run->rows += rows;
    return 0;
}

int run_read(struct run *run, const char *file)
{
    const limen_source_options options = {
        .size = sizeof options, .table = file, .score_columns = "*", .without_targets = 1};
    const limen_source_info *info;
    limen_batch batch = {.size = sizeof batch};
    const char *at = NULL;
    limen_error error;

    run->file = file;
    if (limen_source_open(&options, NULL, &run->source, &at, &error) != LIMEN_OK)
        return say_error(at ? at : file, &error);
    info = limen_source_describe(run->source);
    if (!info->labels || info->scores != LIMEN_F64)
        return say_failure("%s: is no CSV file; limen history reads the results of an evaluator",
                           file);
    run->names = info->labels;
    run->columns = (size_t)info->width;
    do {
        int status;

        if (limen_source_next(run->source, &batch, &error) != LIMEN_OK) {
            const char *where = limen_source_locate(run->source, &error);

            return say_error(where ? where : file, &error);
        }
        status = take_batch(run, &batch.scores);
        if (status)
            return status;
    } while (batch.scores.shape[0] > 0);
    if (run->rows == 0)
        return say_failure("%s: has no evaluations yet, only a header", file);
    run->epoch = run_column(run, "epoch");
    run->steps = run_column(run, "steps");
    if (run->steps < 0)
        run->steps = run_column(run, "step");
    return 0;
}

void run_release(struct run *run)
{
    limen_source_close(run->source);
    free(run->values);
}

int run_is_metric(const struct run *run, size_t column)
{
    return (int64_t)column != run->epoch && (int64_t)column != run->steps;
}

int text_contains(const char *text, const char *part)
{
    for (; *text; text++) {
        size_t i = 0;

        while (part[i] && tolower((unsigned char)text[i]) == tolower((unsigned char)part[i]))
            i++;
        if (!part[i])
            return 1;
    }
    return 0;
}

int run_lower_is_better(const char *name)
{
    return text_contains(name, "loss") || text_contains(name, "error") ||
           text_contains(name, "brier");
}

size_t run_best(const struct run *run, size_t column)
{
    double sign = run_lower_is_better(run->names[column]) ? -1.0 : 1.0;
    double greatest = -INFINITY;
    size_t best = run->rows;

    for (size_t i = 0; i < run->rows; i++) {
        double value = sign * run_value(run, i, column);

        if (!isnan(value) && (best == run->rows || value > greatest)) {
            greatest = value;
            best = i;
        }
    }
    return best;
}

double history_x(const struct history *history, const struct run *run, size_t row)
{
    if (history->x == HISTORY_ROW)
        return (double)row + 1.0;
    return run_value(run, row, (size_t)(history->x == HISTORY_STEPS ? run->steps : run->epoch));
}

const char *history_x_name(const struct history *history)
{
    static const char *const names[] = {"steps", "epoch", "evaluation"};

    return names[history->x];
}

/* A range that is one value gets room on both sides. */
static void widen(double *low, double *high)
{
    if (*low == *high) {
        *low -= 0.5;
        *high += 0.5;
    }
}

struct frame history_frame(const struct history *history)
{
    struct frame frame = {INFINITY, -INFINITY, INFINITY, -INFINITY};

    for (size_t i = 0; i < history->series_count; i++) {
        const struct series *series = &history->series[i];

        for (size_t row = 0; row < series->run->rows; row++) {
            double x = history_x(history, series->run, row);
            double y = run_value(series->run, row, series->column);

            if (!isfinite(x) || !isfinite(y))
                continue;
            frame.x_low = fmin(frame.x_low, x);
            frame.x_high = fmax(frame.x_high, x);
            frame.y_low = fmin(frame.y_low, y);
            frame.y_high = fmax(frame.y_high, y);
        }
    }
    if (frame.x_low > frame.x_high)
        return (struct frame){0, 1, 0, 1};
    widen(&frame.x_low, &frame.x_high);
    widen(&frame.y_low, &frame.y_high);
    return frame;
}

void history_label(const struct history *history, size_t index, char *label, size_t size)
{
    const struct series *series = &history->series[index];
    const char *name = series->run->names[series->column];

    if (history->run_count == 1)
        (void)snprintf(label, size, "%s", name);
    else if (history->series_count == history->run_count)
        (void)snprintf(label, size, "%s", series->run->file);
    else
        (void)snprintf(label, size, "%s: %s", series->run->file, name);
}
