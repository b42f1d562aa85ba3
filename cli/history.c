/* limen history: the curves of a training run's evaluations. */
#include "history.h"

#include "command.h"
#include "limen_io.h"
#include "message.h"
#include "suggest.h"

#include <stdlib.h>
#include <string.h>

#define USUAL 3 /* curves of one file when none is asked for */

struct history_options {
    struct text_list files, metrics;
    int x, x_given;
    int format;
    const char *output;
};

#define HISTORY(field) .at = offsetof(struct history_options, field)

static const struct choice x_choices[] = {
    {"steps", HISTORY_STEPS}, {"epoch", HISTORY_EPOCH}, {"evaluation", HISTORY_ROW}, {NULL, 0}};
static const struct choice history_formats[] = {{"table", LIMEN_FORMAT_TABLE},
                                                {"json", LIMEN_FORMAT_JSON},
                                                {"csv", LIMEN_FORMAT_CSV},
                                                {NULL, 0}};

static const struct option history_option_list[] = {
    {NULL, "FILE",
     "CSV of an evaluator: a header, then numbers, a row an\n"
     "evaluation; several files are compared",
     OPTION_TEXTS, HISTORY(files)},
    {"metric", "NAME",
     "draw the columns that contain this; may be given several\n"
     "times. Default: the first three, or of several files one",
     OPTION_TEXTS, HISTORY(metrics)},
    {"x", "WHAT",
     "horizontal axis: steps, epoch or evaluation; else the\n"
     "first of these that rises",
     OPTION_CHOICE, HISTORY(x), .given = offsetof(struct history_options, x_given),
     .choices = x_choices},
    {"format", "FORMAT", "table (default), json, or csv with a row a number", OPTION_CHOICE,
     HISTORY(format), .choices = history_formats},
    {"output", "FILE.svg", "also write the curves as a picture", OPTION_TEXT, HISTORY(output),
     .letter = 'o'},
};
static const struct option_table file_table = OPTION_TABLE("History", history_option_list);
static const struct option_group groups[] = {{&file_table, 0}};

/* ---- What is shown -------------------------------------------------------------------------- */

static int add_series(struct history *history, const struct run *run, size_t column)
{
    for (size_t i = 0; i < history->series_count; i++)
        if (history->series[i].run == run && history->series[i].column == column)
            return 0;
    if (history->series_count == HISTORY_MOST)
        return say_usage("more than %d curves; name fewer columns with --metric, or fewer files",
                         HISTORY_MOST);
    history->series[history->series_count++] = (struct series){run, column, run_best(run, column)};
    return 0;
}

/* The columns of a name: that very one, or else all that contain it. */
static int add_metric(struct history *history, const struct run *run, const char *name)
{
    int64_t exact = run_column(run, name);
    struct suggestion suggestion;
    int found = 0, status = 0;
    size_t first = run->columns;

    if (exact >= 0)
        return add_series(history, run, (size_t)exact);
    suggestion_start(&suggestion, name);
    for (size_t i = 0; !status && i < run->columns; i++) {
        if (!run_is_metric(run, i))
            continue;
        first = first < i ? first : i;
        suggestion_offer(&suggestion, run->names[i]);
        if (text_contains(run->names[i], name)) {
            found = 1;
            status = add_series(history, run, i);
        }
    }
    if (found || status)
        return status;
    if (suggestion.nearest[0])
        return say_failure("%s: no column contains \"%s\"; did you mean \"%s\"?", run->file, name,
                           suggestion.nearest);
    return say_failure("%s: no column contains \"%s\"; its first is \"%s\"", run->file, name,
                       run->names[first < run->columns ? first : 0]);
}

static int choose_series(struct history *history, const struct text_list *metrics)
{
    size_t usual = history->run_count == 1 ? USUAL : 1, wanted = 0;
    const struct run *first = &history->runs[0];
    int status = 0;

    for (size_t r = 0; !status && r < history->run_count; r++) {
        for (size_t i = 0; !status && i < metrics->count; i++)
            status = add_metric(history, &history->runs[r], metrics->items[i]);
    }
    for (size_t i = 0; !status && metrics->count == 0 && i < first->columns && wanted < usual; i++)
        if (run_is_metric(first, i)) {
            for (size_t r = 0; !status && r < history->run_count; r++)
                status = add_metric(history, &history->runs[r], first->names[i]);
            wanted++;
        }
    if (!status && history->series_count == 0)
        return say_failure("%s: has no column besides epoch and steps", first->file);
    return status;
}

static int rises(const struct history *history)
{
    for (size_t r = 0; r < history->run_count; r++) {
        const struct run *run = &history->runs[r];

        if ((history->x == HISTORY_STEPS ? run->steps : run->epoch) < 0)
            return 0;
        for (size_t i = 1; i < run->rows; i++)
            if (!(history_x(history, run, i) > history_x(history, run, i - 1)))
                return 0;
    }
    return 1;
}

static int choose_x(struct history *history, const struct history_options *options)
{
    if (!options->x_given) {
        for (history->x = HISTORY_STEPS; history->x < HISTORY_ROW && !rises(history);)
            history->x++;
        return 0;
    }
    history->x = options->x;
    for (size_t r = 0; history->x != HISTORY_ROW && r < history->run_count; r++)
        if ((history->x == HISTORY_STEPS ? history->runs[r].steps : history->runs[r].epoch) < 0)
            return say_failure("%s: has no column %s", history->runs[r].file,
                               history_x_name(history));
    return 0;
}

/* --------------------------------------------------------------------------------------------- */

static int check_output(const char *path)
{
    size_t length = path ? strlen(path) : 0;

    if (!path || (length > 4 && strcmp(path + length - 4, ".svg") == 0))
        return 0;
    return say_usage("-o writes SVG: give a name that ends in .svg; \"rsvg-convert FILE.svg -o "
                     "FILE.png\" makes it PNG");
}

static int show(struct history *history, const struct history_options *options)
{
    int status = 0;

    for (size_t i = 0; !status && i < options->files.count; i++) {
        history->run_count = i + 1;
        status = run_read(&history->runs[i], options->files.items[i]);
    }
    if (!status)
        status = choose_series(history, &options->metrics);
    if (!status)
        status = choose_x(history, options);
    if (!status && options->output)
        status = history_svg(history, options->output);
    if (status)
        return status;
    if (options->output)
        say_note("%s is written; \"rsvg-convert %s -o FILE.png\" makes it PNG", options->output,
                 options->output);
    if (options->format == LIMEN_FORMAT_JSON)
        return history_json(history);
    return options->format == LIMEN_FORMAT_CSV ? history_csv(history) : history_table(history);
}

static int run(int argc, char **argv)
{
    struct history_options options = {.format = LIMEN_FORMAT_TABLE};
    struct series series[HISTORY_MOST];
    struct history history = {.series = series};
    int status = options_parse(&history_command, &options, argc, argv);

    if (status)
        return status;
    if (options.files.count == 0)
        status = say_usage("no input; give the CSV file of a training run");
    if (!status)
        status = check_output(options.output);
    if (!status) {
        history.runs = calloc(options.files.count + 1, sizeof *history.runs);
        status = history.runs ? show(&history, &options) : say_failure("out of memory");
    }
    for (size_t i = 0; i < history.run_count; i++)
        run_release(&history.runs[i]);
    free(history.runs);
    options_release(&history_command, &options);
    return status;
}

const struct command history_command = {
    .name = "history",
    .summary = "the curves of a training run's evaluations",
    .usage = "FILE.csv... [--metric NAME]... [-o FILE.svg] [OPTION...]",
    .about = "Reads the results that an evaluator wrote while a model was trained, and draws\n"
             "them. The table has each number at the first and the last evaluation, its best\n"
             "and where that was, and all numbers of the row that is best by the first curve.\n"
             "Of a loss or an error the least is best.\n",
    .examples = "  limen history out/eval/CEF1Evaluator_dev-set_results.csv\n"
                "  limen history history.csv --metric macro --metric accuracy -o run.svg\n"
                "  limen history one.csv two.csv --metric 'Macro F1 score'\n",
    .groups = groups,
    .group_count = COUNT_OF(groups),
    .run = run,
};
