/* The numbers of runs as JSON and CSV. */
#include "history.h"
#include "writer.h"

#include <math.h>

/* JSON has no infinity and no NaN. */
static void put_number(struct writer *out, double value)
{
    if (isinf(value))
        writer_put(out, value > 0 ? "\"+inf\"" : "\"-inf\"");
    else
        writer_number(out, value, "null");
}

static void put_best(struct writer *out, const struct series *series)
{
    const struct run *run = series->run;

    writer_put(out, "    {\"metric\": ");
    writer_json(out, run->names[series->column]);
    if (series->best < run->rows) {
        writer_print(out, ", \"row\": %zu, \"value\": ", series->best + 1);
        put_number(out, run_value(run, series->best, series->column));
    } else {
        writer_put(out, ", \"row\": null, \"value\": null");
    }
    writer_put(out, "}");
}

static void put_run(struct writer *out, const struct history *history, const struct run *run)
{
    const char *between = "";

    writer_put(out, "  {\"file\": ");
    writer_json(out, run->file);
    writer_print(out, ", \"evaluations\": %zu,\n   \"best\": [\n", run->rows);
    for (size_t i = 0; i < history->series_count; i++)
        if (history->series[i].run == run) {
            writer_put(out, between);
            put_best(out, &history->series[i]);
            between = ",\n";
        }
    writer_put(out, "\n   ],\n   \"columns\": [");
    for (size_t i = 0; i < run->columns; i++) {
        writer_put(out, i ? ", " : "");
        writer_json(out, run->names[i]);
    }
    writer_put(out, "],\n   \"rows\": [\n");
    for (size_t row = 0; row < run->rows; row++) {
        writer_put(out, "    [");
        for (size_t i = 0; i < run->columns; i++) {
            writer_put(out, i ? ", " : "");
            put_number(out, run_value(run, row, i));
        }
        writer_put(out, row + 1 < run->rows ? "],\n" : "]\n");
    }
    writer_put(out, "   ]}");
}

int history_json(const struct history *history)
{
    struct writer out;

    writer_open(&out, NULL);
    writer_print(&out,
                 "{\n  \"format\": \"limen-history\",\n  \"version\": 1,\n  \"x\": \"%s\",\n"
                 "  \"runs\": [\n",
                 history_x_name(history));
    for (size_t r = 0; r < history->run_count; r++) {
        put_run(&out, history, &history->runs[r]);
        writer_put(&out, r + 1 < history->run_count ? ",\n" : "\n");
    }
    writer_put(&out, "  ]\n}\n");
    return writer_close(&out);
}

/* A row a number, so that runs with different columns fit into one table. */
int history_csv(const struct history *history)
{
    struct writer out;

    writer_open(&out, NULL);
    writer_put(&out, "file,row,epoch,steps,metric,value\n");
    for (size_t i = 0; i < history->series_count; i++) {
        const struct series *series = &history->series[i];
        const struct run *run = series->run;

        for (size_t row = 0; row < run->rows; row++) {
            writer_csv(&out, run->file);
            writer_print(&out, ",%zu,", row + 1);
            if (run->epoch >= 0)
                writer_number(&out, run_value(run, row, (size_t)run->epoch), "");
            writer_put(&out, ",");
            if (run->steps >= 0)
                writer_number(&out, run_value(run, row, (size_t)run->steps), "");
            writer_put(&out, ",");
            writer_csv(&out, run->names[series->column]);
            writer_put(&out, ",");
            writer_number(&out, run_value(run, row, series->column), "");
            writer_put(&out, "\n");
        }
    }
    return writer_close(&out);
}
