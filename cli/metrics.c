/* limen metrics: the table of metrics, from the descriptors. */
#include "command.h"
#include "message.h"
#include "output.h"

struct metrics_options {
    int format;
    const char *output;
};

static const struct option options_of_metrics[] = {
    {"format", "FORMAT", "table (default), json, csv or markdown", OPTION_CHOICE,
     .at = offsetof(struct metrics_options, format), .choices = format_choices},
    {"output", "FILE", "write there, whole or not at all", OPTION_TEXT,
     .at = offsetof(struct metrics_options, output), .letter = 'o'},
};
static const struct option_table table = OPTION_TABLE("Output", options_of_metrics);
static const struct option_group groups[] = {{&table, 0}};

static int run(int argc, char **argv)
{
    struct metrics_options options = {.format = LIMEN_FORMAT_TABLE};
    limen_error error;
    size_t length;
    char *text;
    int status = options_parse(&metrics_command, &options, argc, argv);

    if (status)
        return status;
    if (limen_metrics_render((limen_format)options.format, NULL, &text, &length, &error) !=
        LIMEN_OK)
        return say_error(NULL, &error);
    status = output_text(options.output, text, length);
    limen_report_release(text, length, NULL);
    return status;
}

const struct command metrics_command = {
    .name = "metrics",
    .summary = "the metrics: names, formulas, averages",
    .usage = "[OPTION...]",
    .about = "Prints every metric with its formula, range and caveats.\n",
    .examples = "  limen metrics\n"
                "  limen metrics --format markdown -o docs/METRICS.md\n",
    .groups = groups,
    .group_count = COUNT_OF(groups),
    .run = run,
};
