/* limen tune: the best thresholds for an objective. */
#include "command.h"
#include "costs.h"
#include "input.h"
#include "message.h"
#include "output.h"
#include "require.h"
#include "tally_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tune_options {
    struct input_options input;
    struct tally_options tally;
    const char *objective;
    struct text_list require;
    struct text_list cost;
    const char *cost_matrix;
    int scope, average, at, ties, zero_division;
    int64_t restarts, seed;
    double parameter;
    int fbr_top, plateau, allow_infeasible;
    int format;
    const char *output;
};

#define TUNE(field) .at = offsetof(struct tune_options, field)

static const struct choice scope_choices[] = {
    {"label", LIMEN_SCOPE_LABEL},       {"global", LIMEN_SCOPE_GLOBAL},
    {"micro", LIMEN_SCOPE_MICRO},       {"macro", LIMEN_SCOPE_MACRO},
    {"weighted", LIMEN_SCOPE_WEIGHTED}, {"samples", LIMEN_SCOPE_SAMPLES},
    {"pcut", LIMEN_SCOPE_PCUT},         {"rcut", LIMEN_SCOPE_RCUT},
    {"fbr", LIMEN_SCOPE_FBR},           {NULL, 0}};
static const struct choice average_choices[] = {
    {"micro", LIMEN_AVERAGE_MICRO}, {"macro", LIMEN_AVERAGE_MACRO}, {NULL, 0}};
static const struct choice at_choices[] = {
    {"score", LIMEN_AT_SCORE}, {"midpoint", LIMEN_AT_MIDPOINT}, {NULL, 0}};
static const struct choice tie_choices[] = {
    {"highest", LIMEN_TIES_HIGHEST}, {"lowest", LIMEN_TIES_LOWEST}, {NULL, 0}};
static const struct choice zero_choices[] = {
    {"0", LIMEN_ZERO}, {"1", LIMEN_ONE}, {"nan", LIMEN_NAN}, {"skip", LIMEN_SKIP}, {NULL, 0}};

static const struct option tuning_options[] = {
    {"objective", "NAME",
     "f1 (default), fbeta:B, accuracy, balanced_accuracy,\nprecision, recall, jaccard, mcc, kappa, "
     "youden[:R],\ngmean, fowlkes_mallows, cost, net_benefit:PT,\ndistance01, min_se_sp, "
     "recall=specificity,\nprecision=recall or fpr=fnr",
     OPTION_TEXT, TUNE(objective)},
    {"scope", "SCOPE",
     "label (default): each by itself; global: one\nthreshold for all; micro: jointly, for the "
     "pooled\ncounts; macro, weighted, samples: for a mean; pcut: as\nmany as are positive; rcut: "
     "the top labels of a row;\nfbr: label, with a floor. Multiclass offsets: label,\nmicro, "
     "macro, "
     "weighted",
     OPTION_CHOICE, TUNE(scope), .choices = scope_choices},
    {"average", "WHICH", "global: of pooled counts (micro, default) or the mean\nof labels (macro)",
     OPTION_CHOICE, TUNE(average), .choices = average_choices},
    {"require", "LIST",
     "conditions, such as 'precision>=0.9,joy:recall>=0.5',\nalso on predicted_rate and "
     "predicted_count; or @FILE,\none a line",
     OPTION_TEXTS, TUNE(require)},
    {"cost", "LIST",
     "of the objective cost: fp=1,fn=5; also tp and tn; of\none label joy:fn=20; or @FILE, one a "
     "line",
     OPTION_TEXTS, TUNE(cost)},
    {"cost-matrix", "FILE",
     "multiclass: predict at least expected cost; C x C,\nrows true classes: .npy, or .csv headed "
     "by class names",
     OPTION_TEXT, TUNE(cost_matrix)},
    {"parameter", "X",
     "pcut: share of the prevalence (1); rcut: labels a row\n(the best); fbr: the floor",
     OPTION_NUMBER, TUNE(parameter), .low = 0, .high = 1e9},
    {"fbr-top", NULL, "fbr: below the floor take the top score, not none", OPTION_FLAG,
     TUNE(fbr_top)},
    {"at", "WHERE", "score (default), or midpoint of the interval", OPTION_CHOICE, TUNE(at),
     .choices = at_choices},
    {"ties", "WHICH",
     "of equal optima the highest threshold (default, but\nfor precision) or the "
     "lowest",
     OPTION_CHOICE, TUNE(ties), .choices = tie_choices},
    {"plateau", NULL, "list all equal optima in the file", OPTION_FLAG, TUNE(plateau)},
    {"zero-division", "WHAT", "a 0/0 is 0 (default), 1, nan, or left out of means\n(skip)",
     OPTION_CHOICE, TUNE(zero_division), .choices = zero_choices},
    {"restarts", "N", "of a search that may end in a local optimum (8)", OPTION_INTEGER,
     TUNE(restarts), .low = 1, .high = 100000},
    {"seed", "N", "of the restarts (0)", OPTION_INTEGER, TUNE(seed), .low = 0, .high = 1e18},
    {"allow-infeasible", NULL, "exit 0 though a condition cannot be met", OPTION_FLAG,
     TUNE(allow_infeasible)},
};

static const struct option output_options[] = {
    {"output", "FILE", "the thresholds as JSON, for eval and apply", OPTION_TEXT, TUNE(output),
     .letter = 'o'},
    {"format", "FORMAT", "on standard output: table (default) or json", OPTION_CHOICE, TUNE(format),
     .choices = (const struct choice[]){{"table", LIMEN_FORMAT_TABLE},
                                        {"json", LIMEN_FORMAT_JSON},
                                        {NULL, 0}}},
};

static const struct option_table tuning_table = OPTION_TABLE("Tuning", tuning_options);
static const struct option_table output_table = OPTION_TABLE("Output", output_options);

static const struct option_group groups[] = {
    {&input_scores_table, offsetof(struct tune_options, input)},
    {&input_truth_table, offsetof(struct tune_options, input)},
    {&tally_file_table, offsetof(struct tune_options, tally)},
    {&input_task_table, offsetof(struct tune_options, input)},
    {&input_rule_table, offsetof(struct tune_options, input)},
    {&tuning_table, 0},
    {&output_table, 0},
    {&input_run_table, offsetof(struct tune_options, input)},
};

/* ---- The search ------------------------------------------------------------------------------ */

static limen_status take_batch(void *context, const limen_batch *batch, limen_error *error)
{
    return limen_search_update(context, batch, error);
}

static int run_passes(struct input *input, limen_search *search)
{
    limen_error error;

    for (;;) {
        int again;
        int status = input_each(input, take_batch, search);

        if (status)
            return status;
        if (limen_search_next_pass(search, &again, &error) != LIMEN_OK)
            return say_error(NULL, &error);
        if (!again)
            return 0;
        if (limen_source_rewind(input->source, &error) != LIMEN_OK)
            return say_error(limen_source_locate(input->source, &error), &error);
    }
}

static int search_thresholds(struct input *input, const limen_tune_options *options,
                             limen_result **result)
{
    limen_search *search;
    limen_error error;
    int status;

    if (limen_search_create(&input->spec, options, NULL, &search, &error) != LIMEN_OK)
        return say_error(NULL, &error);
    status = run_passes(input, search);
    if (!status && limen_search_result(search, result, &error) != LIMEN_OK)
        status = say_error(NULL, &error);
    limen_search_destroy(search);
    return status;
}

/* A tally that keeps every score, for --save-tally. */
static int fill_tally(struct input *input, limen_tally **tally)
{
    int status;

    input->spec.states = LIMEN_SCORES;
    status = input_tally(input, tally);
    return status ? status : input_update(input, *tally);
}

static int find_thresholds(struct input *input, const struct tune_options *options,
                           const limen_tune_options *tuning, limen_tally *tally,
                           limen_result **result)
{
    limen_error error;

    if (!tally)
        return search_thresholds(input, tuning, result);
    if (limen_tune(tally, tuning, NULL, result, &error) != LIMEN_OK)
        return say_error(error.code == LIMEN_ERR_STATE ? options->tally.load : NULL, &error);
    return 0;
}

/* ---- Output ---------------------------------------------------------------------------------- */

static void print_number(const char *format, int width, const limen_node *node)
{
    double value = node ? limen_node_number(node) : NAN;

    if (!node || !limen_node_defined(node) || isnan(value))
        (void)printf(" %*s", width, "-");
    else
        (void)printf(format, value);
}

/* Columns of the table: what some label has of them is shown. */
static const struct column {
    const char *name, *title, *format;
    int width;
} columns[] = {
    {"offset", "offset", " %12.6g", 12},    {"threshold", "threshold", " %12.6g", 12},
    {"low", "low", " %12.6g", 12},          {"high", "high", " %12.6g", 12},
    {"support", "support", " %9.9g", 9},    {"value", "value", " %9.6f", 9},
    {"violation", "short by", " %9.4g", 9},
};

/* Padded by characters, not by bytes. */
static void print_name(const char *name)
{
    int characters = 0;

    for (const char *c = name; *c; c++)
        characters += ((unsigned char)*c & 0xc0) != 0x80;
    (void)printf("%s%*s", name, characters < 20 ? 20 - characters : 0, "");
}

static int some_has(const limen_node *labels, const char *name)
{
    for (int64_t i = 0; i < limen_node_count(labels); i++)
        if (limen_node_find(limen_node_at(labels, i), name))
            return 1;
    return 0;
}

static void print_labels(const limen_node *labels)
{
    int shown[COUNT_OF(columns)];

    (void)printf("%-20s", "label");
    for (size_t k = 0; k < COUNT_OF(columns); k++) {
        shown[k] = some_has(labels, columns[k].name);
        if (shown[k])
            (void)printf(" %*s", columns[k].width, columns[k].title);
    }
    (void)printf("  status\n");
    for (int64_t i = 0; i < limen_node_count(labels); i++) {
        const limen_node *label = limen_node_at(labels, i);

        print_name(limen_node_string(limen_node_find(label, "name")));
        for (size_t k = 0; k < COUNT_OF(columns); k++)
            if (shown[k])
                print_number(columns[k].format, columns[k].width,
                             limen_node_find(label, columns[k].name));
        (void)printf("  %s\n", limen_node_string(limen_node_find(label, "status")));
    }
}

static int print_table(const limen_result *result)
{
    const limen_node *root = limen_result_root(result);
    const limen_node *notes = limen_node_find(root, "notes");
    const limen_node *rule = limen_node_find(root, "rule");
    const limen_node *top = limen_node_find(root, "top_labels");
    const limen_node *status = limen_node_find(root, "status");

    (void)printf("%s, scope %s", limen_node_string(limen_node_find(root, "objective")),
                 limen_node_string(limen_node_find(root, "scope")));
    if (top)
        (void)printf(", the top %.0f of each row\n\n", limen_node_number(top));
    else if (limen_node_find(root, "cost_matrix"))
        (void)printf(", class of least expected cost\n\n");
    else
        (void)printf(", %s%s\n\n", rule ? "rule " : "greatest score + offset",
                     rule ? limen_node_string(rule) : "");
    print_labels(limen_node_find(root, "labels"));
    (void)printf("\nvalue");
    print_number(" %.6f", 0, limen_node_find(root, "value"));
    if (limen_node_number(limen_node_find(root, "gap")) > 0.0)
        print_number(", gap %.6g", 0, limen_node_find(root, "gap"));
    if (limen_node_find(root, "violation"))
        print_number(", short by %.6g", 0, limen_node_find(root, "violation"));
    if (status)
        (void)printf(", %s", limen_node_string(status));
    (void)printf("\n");
    for (int64_t i = 0; i < limen_node_count(notes); i++)
        (void)printf("note: %s\n", limen_node_string(limen_node_at(notes, i)));
    if (fflush(stdout) != 0 || ferror(stdout))
        return say_failure("standard output could not be written; is the disk full?");
    return 0;
}

static int write_json(const limen_result *result, const char *path)
{
    limen_report_options options = {.size = sizeof options, .format = LIMEN_FORMAT_JSON};
    limen_error error;
    size_t length;
    char *text;
    int status;

    if (limen_report_render(result, &options, NULL, &text, &length, &error) != LIMEN_OK)
        return say_error(NULL, &error);
    status = output_text(path, text, length);
    limen_report_release(text, length, NULL);
    return status;
}

static int write_result(const struct tune_options *options, const limen_result *result)
{
    int status = options->output ? write_json(result, options->output) : 0;

    if (!status && options->format == LIMEN_FORMAT_JSON)
        status = write_json(result, NULL);
    else if (!status && !(options->output && strcmp(options->output, "-") == 0))
        status = print_table(result);
    if (!status && !options->allow_infeasible &&
        limen_node_number(limen_node_find(limen_result_root(result), "feasible")) == 0.0) {
        (void)say_failure("the conditions of --require are not met; the nearest thresholds found "
                          "are given (--allow-infeasible accepts them)");
        status = EXIT_INFEASIBLE;
    }
    return status;
}

static int tune(struct input *input, const struct tune_options *options, limen_tally *tally)
{
    struct requirements requirements;
    double *costs = NULL, *matrix = NULL;
    limen_tune_options tuning = {.size = sizeof tuning,
                                 .objective = options->objective,
                                 .scope = (limen_scope)options->scope,
                                 .average = (limen_average)options->average,
                                 .at = (limen_at)options->at,
                                 .ties = (limen_ties)options->ties,
                                 .labels = input->labels,
                                 .parameter = options->parameter,
                                 .fbr_top = options->fbr_top,
                                 .restarts = (int32_t)options->restarts,
                                 .seed = (uint64_t)options->seed,
                                 .plateau = options->plateau,
                                 .zero_division = (limen_zero_division)options->zero_division};
    limen_result *result = NULL;
    int64_t width = input->spec.width;
    int status = requirements_read(&options->require, width, input->labels, &requirements);

    if (!status)
        status = costs_read(&options->cost, width, input->labels, &costs, &tuning.cost_rows);
    if (!status && options->cost_matrix)
        status = cost_matrix_read(options->cost_matrix, input, &matrix);
    tuning.constraints = requirements.items;
    tuning.constraint_count = requirements.count;
    tuning.costs = costs;
    tuning.cost_matrix = matrix;
    if (!status)
        status = find_thresholds(input, options, &tuning, tally, &result);
    if (!status)
        status = write_result(options, result);
    limen_result_destroy(result);
    requirements_release(&requirements);
    free(costs);
    free(matrix);
    return status;
}

/* An option that nothing reads is a mistake, not a wish. */
static int check_options(const struct tune_options *options)
{
    const char *objective = options->objective ? options->objective : "";
    int scope = options->scope;
    const struct {
        int given, read;
        const char *option, *reader;
    } uses[] = {
        {options->average != 0, scope == LIMEN_SCOPE_GLOBAL, "average", "--scope global"},
        {options->cost.count > 0, strcmp(objective, "cost") == 0, "cost", "--objective cost"},
        {options->parameter > 0.0,
         scope == LIMEN_SCOPE_PCUT || scope == LIMEN_SCOPE_RCUT || scope == LIMEN_SCOPE_FBR,
         "parameter", "--scope pcut, rcut or fbr"},
        {options->fbr_top, scope == LIMEN_SCOPE_FBR, "fbr-top", "--scope fbr"},
        {options->input.source.groups || options->input.source.group_column,
         options->tally.save != NULL, "groups", "--save-tally"},
    };

    for (size_t i = 0; i < COUNT_OF(uses); i++)
        if (uses[i].given && !uses[i].read)
            return say_usage("--%s changes nothing here; it goes with %s", uses[i].option,
                             uses[i].reader);
    if (scope == LIMEN_SCOPE_FBR && !(options->parameter > 0.0))
        return say_usage("--scope fbr needs the floor: --parameter 0.3, say");
    return 0;
}

static int run(int argc, char **argv)
{
    struct tune_options options = {.input = INPUT_OPTIONS_DEFAULT};
    struct input input = {.source = NULL};
    limen_tally *tally = NULL;
    int status = options_parse(&tune_command, &options, argc, argv);

    if (status)
        return status;
    options.input.source.keep = 1;
    status = check_options(&options);
    if (!status)
        status = options.tally.load ? tally_load(&options.tally, &options.input, &input, &tally)
                                    : input_open(&input, &options.input);
    if (!status && options.tally.save && !options.tally.load)
        status = fill_tally(&input, &tally);
    if (!status)
        status = tally_save(&options.tally, &input, tally);
    if (!status)
        status = tune(&input, &options, tally);
    input_close(&input);
    limen_tally_destroy(tally);
    options_release(&tune_command, &options);
    return status;
}

const struct command tune_command = {
    .name = "tune",
    .summary = "the best thresholds for an objective",
    .usage = "[TABLE] [OPTION...] -o THRESHOLDS.json",
    .about =
        "Finds the thresholds that are exactly best for an objective, each label by itself or\n"
        "jointly, under conditions. Equal scores are never parted. Each threshold comes with\n"
        "the interval that decides alike: (low, high] under ge, [low, high) under gt.\n"
        "Logits are scores like others: their thresholds are logits. With --save-tally all\n"
        "scores are kept, in memory and in the file.\n",
    .examples = "  limen tune data.npz -o best.json\n"
                "  limen tune --scores s.npy --targets y.npy --scope micro -o best.json\n"
                "  limen tune data.csv --objective cost --cost fp=1,fn=10\n"
                "  limen tune data.npz --objective recall --require 'precision>=0.9'\n"
                "  limen tune data.npz --objective cost --cost @costs.txt --require @floors.txt\n"
                "  limen tune classes.npz --objective mcc -o offsets.json\n"
                "  limen tune --tally all.tally --objective mcc\n",
    .groups = groups,
    .group_count = COUNT_OF(groups),
    .run = run,
};
