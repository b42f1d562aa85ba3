/* limen curve: ROC and precision-recall curves. */
#include "command.h"
#include "input.h"
#include "message.h"
#include "plot.h"
#include "suggest.h"
#include "tally_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLOT_POINTS 400 /* more than a terminal can show */
#define LINE 512

struct curve_options {
    struct input_options input;
    struct tally_options tally;
    struct text_list labels;
    int kind;
    int pooled;
    int all_cuts;
    int64_t points, bins;
    const char *output;
};

#define CURVE(field) .at = offsetof(struct curve_options, field)

static const struct choice kind_choices[] = {
    {"roc", LIMEN_CURVE_ROC}, {"pr", LIMEN_CURVE_PR}, {NULL, 0}};

static const struct option curve_option_list[] = {
    {"kind", "KIND", "roc (default) or pr", OPTION_CHOICE, CURVE(kind), .choices = kind_choices},
    {"label", "NAME", "of this label alone; may be given several times", OPTION_TEXTS,
     CURVE(labels)},
    {"pooled", NULL, "one curve of all labels together (micro)", OPTION_FLAG, CURVE(pooled)},
    {"points", "K", "at most K points a curve; says how far the others are", OPTION_INTEGER,
     CURVE(points), .low = 2, .high = 1e9},
    {"all-cuts", NULL,
     "every distinct score; else points on a straight line\n"
     "are left out",
     OPTION_FLAG, CURVE(all_cuts)},
    {"bins", "B", "in bounded memory: B bins a label in place of all\nscores", OPTION_INTEGER,
     CURVE(bins), .low = 4, .high = 1 << 24},
    {"output", "FILE",
     "CSV of the points: label, threshold, and both rates;\n"
     "- is standard output. Without it a plot is drawn",
     OPTION_TEXT, CURVE(output), .letter = 'o'},
};
static const struct option_table curve_table = OPTION_TABLE("Curve", curve_option_list);

static const struct option_group groups[] = {
    {&input_scores_table, offsetof(struct curve_options, input)},
    {&input_truth_table, offsetof(struct curve_options, input)},
    {&tally_file_table, offsetof(struct curve_options, tally)},
    {&input_task_table, offsetof(struct curve_options, input)},
    {&input_logits_table, offsetof(struct curve_options, input)},
    {&curve_table, 0},
    {&input_run_table, offsetof(struct curve_options, input)},
};

/* What both ways of showing work on. */
struct show {
    const struct curve_options *options;
    const struct input *input;
    const limen_tally *tally;
    int64_t *labels; /* numbers of the curves to show; -1 is the pooled one */
    size_t count;
};

static int say_library(const struct show *show, const limen_error *error)
{
    return say_error(error->code == LIMEN_ERR_STATE ? show->options->tally.load : NULL, error);
}

static const char *label_name(const struct show *show, int64_t label, char number[32])
{
    if (label < 0)
        return "(pooled)";
    if (show->input->labels)
        return show->input->labels[label];
    (void)snprintf(number, 32, "%lld", (long long)label);
    return number;
}

static int find_label(const struct show *show, const char *name, int64_t *label)
{
    int64_t width = show->input->spec.width;
    struct suggestion suggestion;
    char number[32];

    suggestion_start(&suggestion, name);
    for (*label = 0; *label < width; ++*label) {
        const char *known = label_name(show, *label, number);

        if (strcmp(known, name) == 0)
            return 0;
        suggestion_offer(&suggestion, known);
    }
    if (suggestion.nearest[0])
        return say_usage("no label is called \"%s\"; did you mean %s?", name, suggestion.nearest);
    return say_usage("no label is called \"%s\"; the data has %lld labels", name, (long long)width);
}

/* --label, --pooled, or every label. */
static int choose_labels(struct show *show)
{
    const struct curve_options *options = show->options;
    size_t width = (size_t)show->input->spec.width;
    size_t count = options->pooled ? 1 : options->labels.count ? options->labels.count : width;

    show->labels = calloc(count, sizeof *show->labels);
    if (!show->labels)
        return say_failure("out of memory");
    show->count = count;
    for (size_t i = 0; i < count; i++) {
        show->labels[i] = options->pooled ? -1 : (int64_t)i;
        if (!options->pooled && options->labels.count) {
            int status = find_label(show, options->labels.items[i], &show->labels[i]);

            if (status)
                return status;
        }
    }
    return 0;
}

static limen_status make_curve(const struct show *show, int64_t label, int64_t points,
                               limen_curve **curve, limen_error *error)
{
    limen_curve_options options = {.size = sizeof options,
                                   .kind = (limen_curve_kind)show->options->kind,
                                   .thin = show->options->all_cuts ? LIMEN_THIN_NONE
                                                                   : LIMEN_THIN_COLLINEAR,
                                   .group = -1,
                                   .label = label,
                                   .points = points};

    return limen_curve_create(show->tally, &options, NULL, curve, error);
}

/* Horizontal and vertical rate of a point; NaN for 0/0. */
static void rates(const limen_curve_info *info, const limen_curve_point *point, double *x,
                  double *y)
{
    double recall = info->positives > 0 ? point->tp / info->positives : (double)NAN;
    double predicted = point->tp + point->fp;

    if (info->kind == LIMEN_CURVE_ROC) {
        *x = info->negatives > 0 ? point->fp / info->negatives : (double)NAN;
        *y = recall;
    } else {
        *x = recall;
        *y = predicted > 0 ? point->tp / predicted : (double)NAN;
    }
}

/* ---- Points as CSV -------------------------------------------------------------------------- */

/* A field with quotes around it where RFC 4180 wants them; cut off where it is too long. */
static size_t quote(const char *name, char *out, size_t size)
{
    size_t length = 0;
    int quotes = strpbrk(name, ",\"\r\n") != NULL;

    if (quotes)
        out[length++] = '"';
    for (; *name && length + 3 < size; name++) {
        if (*name == '"')
            out[length++] = '"';
        out[length++] = *name;
    }
    if (quotes)
        out[length++] = '"';
    return length;
}

/* 0/0 is an empty field. */
static size_t number_field(double value, char *out, size_t size)
{
    if (isnan(value))
        return (size_t)snprintf(out, size, ",");
    return (size_t)snprintf(out, size, ",%.17g", value);
}

/* To three digits that are not below it: what is said bounds. */
static double rounded_up(double error)
{
    double unit = pow(10.0, floor(log10(error)) - 2.0);

    return ceil(error / unit * (1.0 - 1e-12)) * unit;
}

static limen_status write_curve(const struct show *show, int64_t label, limen_sink *sink,
                                limen_error *error)
{
    char number[32], line[LINE];
    const char *name = label_name(show, label, number);
    const limen_curve_info *info;
    limen_curve *curve;
    limen_status status = make_curve(show, label, show->options->points, &curve, error);

    if (status != LIMEN_OK)
        return status;
    info = limen_curve_describe(curve);
    for (int64_t i = 0; status == LIMEN_OK && i < info->count; i++) {
        const limen_curve_point *point = &limen_curve_points(curve)[i];
        size_t length = quote(name, line, LINE - 128);
        double x, y;

        rates(info, point, &x, &y);
        length += number_field(point->threshold, line + length, LINE - length);
        length += number_field(info->kind == LIMEN_CURVE_ROC ? x : y, line + length, LINE - length);
        length += number_field(info->kind == LIMEN_CURVE_ROC ? y : x, line + length, LINE - length);
        line[length++] = '\n';
        status = limen_sink_write(sink, line, length, error);
    }
    if (status == LIMEN_OK && info->error > 0)
        say_note("%s: %lld of %lld points; the others are within %.3g of the line", name,
                 (long long)info->count, (long long)info->cuts, rounded_up(info->error));
    limen_curve_destroy(curve);
    return status;
}

static int write_points(const struct show *show)
{
    const char *header = show->options->kind == LIMEN_CURVE_ROC
                             ? "label,threshold,fpr,tpr\n"
                             : "label,threshold,precision,recall\n";
    const char *path = show->options->output;
    limen_sink *sink;
    limen_error error;
    limen_status status;

    if (limen_sink_open(path, NULL, &sink, &error) != LIMEN_OK)
        return say_output_error(path, &error);
    status = limen_sink_write(sink, header, strlen(header), &error);
    for (size_t i = 0; status == LIMEN_OK && i < show->count; i++)
        status = write_curve(show, show->labels[i], sink, &error);
    if (status != LIMEN_OK) {
        limen_sink_abort(sink);
        return error.code == LIMEN_ERR_IO ? say_output_error(path, &error)
                                          : say_library(show, &error);
    }
    if (limen_sink_commit(sink, &error) != LIMEN_OK)
        return say_output_error(path, &error);
    return EXIT_DONE;
}

/* ---- Plot and areas ------------------------------------------------------------------------- */

static limen_status draw(const struct show *show, int64_t label, limen_error *error)
{
    limen_curve *curve;
    const limen_curve_info *info;
    const limen_curve_point *points;
    struct plot plot;
    double x0, y0, x1, y1, total;
    limen_status status = make_curve(show, label, PLOT_POINTS, &curve, error);

    if (status != LIMEN_OK)
        return status;
    info = limen_curve_describe(curve);
    points = limen_curve_points(curve);
    plot_clear(&plot);
    for (int64_t i = 0; i < info->count; i++) {
        rates(info, &points[i], &x1, &y1);
        if (i > 0 && !isnan(x0 + y0 + x1 + y1))
            plot_line(&plot, x0, y0, x1, y1, '*');
        x0 = x1;
        y0 = y1;
    }
    total = info->positives + info->negatives;
    if (info->kind == LIMEN_CURVE_ROC) {
        plot_line(&plot, 0, 0, 1, 1, '.');
        plot_print(&plot, "fpr", "tpr");
    } else {
        if (total > 0)
            plot_line(&plot, 0, info->positives / total, 1, info->positives / total, '.');
        plot_print(&plot, "recall", "precision");
    }
    limen_curve_destroy(curve);
    return LIMEN_OK;
}

static void print_area(double value, unsigned char defined)
{
    if (defined)
        (void)printf("  %10.6f", value);
    else
        (void)printf("  %10s", "-");
}

struct areas {
    const limen_metric *metric;
    double *values; /* of each label, then micro, then macro */
    unsigned char *defined;
};

static limen_status compute_areas(const struct show *show, struct areas *areas, limen_error *error)
{
    static const limen_average averages[] = {LIMEN_AVERAGE_NONE, LIMEN_AVERAGE_MICRO,
                                             LIMEN_AVERAGE_MACRO};
    limen_compute_options options = {.size = sizeof options, .zero_division = LIMEN_SKIP};
    size_t width = (size_t)show->input->spec.width;
    limen_status status = LIMEN_OK;

    areas->values = calloc(width + 2, sizeof *areas->values);
    areas->defined = calloc(width + 2, 1);
    if (!areas->values || !areas->defined) {
        *error = (limen_error){.code = LIMEN_ERR_MEMORY, .row = -1, .column = -1, .byte = -1};
        (void)snprintf(error->message, sizeof error->message, "out of memory");
        return LIMEN_ERR_MEMORY;
    }
    for (size_t i = 0; status == LIMEN_OK && i < COUNT_OF(averages); i++) {
        size_t at = i == 0 ? 0 : width + i - 1;

        status = limen_metric_values(areas->metric, show->tally, 0, -1, averages[i], &options,
                                     areas->values + at, areas->defined + at, error);
    }
    return status;
}

static void print_areas(const struct show *show, const struct areas areas[2])
{
    size_t width = (size_t)show->input->spec.width;
    char number[32];

    (void)printf("\n%-40s  %10s  %10s\n", "", "auroc", "ap");
    for (size_t i = 0; i < show->count; i++) {
        int64_t label = show->labels[i];
        size_t at = label < 0 ? width : (size_t)label;

        (void)printf("%-40.40s", label_name(show, label, number));
        for (int k = 0; k < 2; k++)
            print_area(areas[k].values[at], areas[k].defined[at]);
        (void)putchar('\n');
    }
    for (size_t i = 0; show->count > 1 && i < 2; i++) {
        (void)printf("%-40s", i == 0 ? "micro" : "macro");
        for (int k = 0; k < 2; k++)
            print_area(areas[k].values[width + i], areas[k].defined[width + i]);
        (void)putchar('\n');
    }
}

static int print_plot(const struct show *show)
{
    struct areas areas[2] = {{.metric = limen_metric_find("auroc")},
                             {.metric = limen_metric_find("average_precision")}};
    limen_error error;
    limen_status status = LIMEN_OK;

    for (int k = 0; status == LIMEN_OK && k < 2; k++)
        status = compute_areas(show, &areas[k], &error);
    if (status == LIMEN_OK) {
        if (show->count > 1)
            (void)printf("All labels pooled\n\n");
        status = draw(show, show->count > 1 ? -1 : show->labels[0], &error);
    }
    if (status == LIMEN_OK)
        print_areas(show, areas);
    for (int k = 0; k < 2; k++) {
        free(areas[k].values);
        free(areas[k].defined);
    }
    if (status != LIMEN_OK)
        return say_library(show, &error);
    if (fflush(stdout) != 0 || ferror(stdout))
        return say_failure("standard output could not be written; is the disk full?");
    return EXIT_DONE;
}

/* --------------------------------------------------------------------------------------------- */

static int read_tally(const struct curve_options *options, struct input *input, limen_tally **tally)
{
    int status;

    if (options->tally.load) {
        status = tally_settles(&options->tally, options->bins > 0, "bins");
        return status ? status : tally_load(&options->tally, &options->input, input, tally);
    }
    status = input_open(input, &options->input);
    input->spec.states = options->bins ? LIMEN_HISTOGRAM : LIMEN_SCORES;
    input->spec.bins = options->bins;
    return status;
}

static int show_curves(const struct curve_options *options, struct input *input,
                       limen_tally **tally)
{
    struct show show = {.options = options, .input = input};
    int status = read_tally(options, input, tally);

    if (!status)
        status = choose_labels(&show);
    if (!status && !options->tally.load) {
        status = input_tally(input, tally);
        if (!status)
            status = input_update(input, *tally);
    }
    if (!status)
        status = tally_save(&options->tally, input, *tally);
    show.tally = *tally;
    if (!status)
        status = options->output ? write_points(&show) : print_plot(&show);
    free(show.labels);
    return status;
}

static int run(int argc, char **argv)
{
    struct curve_options options = {.input = INPUT_OPTIONS_DEFAULT};
    struct input input = {.source = NULL};
    limen_tally *tally = NULL;
    int status = options_parse(&curve_command, &options, argc, argv);

    if (status)
        return status;
    if (options.pooled && options.labels.count)
        status = say_usage("--pooled and --label exclude each other; give one of them");
    if (!status)
        status = show_curves(&options, &input, &tally);
    input_close(&input);
    limen_tally_destroy(tally);
    options_release(&curve_command, &options);
    return status;
}

const struct command curve_command = {
    .name = "curve",
    .summary = "ROC and precision-recall curves",
    .usage = "[TABLE] [--scores F --targets F] [--kind roc|pr] [-o FILE] [OPTION...]",
    .about = "Without -o: draws the curve and prints the area under the ROC curve and the average\n"
             "precision of each label. With -o: writes the points, highest threshold first; score\n"
             ">= threshold gives the two rates. Multiclass: each class against the rest. Exact,\n"
             "unless --bins or --points is given.\n",
    .examples = "  limen curve --scores s.npy --targets y.npy --labels names.txt\n"
                "  limen curve data.npz --kind pr --label joy\n"
                "  limen curve data.npz --kind roc --points 200 -o points.csv\n"
                "  limen curve --tally all.tally --kind pr\n",
    .groups = groups,
    .group_count = COUNT_OF(groups),
    .run = run,
};
