/* limen eval: metrics at thresholds. */
#include "command.h"
#include "costs.h"
#include "gate.h"
#include "input.h"
#include "message.h"
#include "output.h"
#include "suggest.h"
#include "tally_file.h"
#include "values.h"

#include <stdlib.h>

#define WIDEST_MATRIX 4096 /* classes up to which the confusion matrix is kept */

struct eval_options {
    struct input_options input;
    struct tally_options tally;
    struct text_list thresholds;
    struct text_list under, over;
    const char *metrics;
    const char *cost;
    double beta, pt, max_fpr, floor;
    int64_t top_k, top;
    int zero_division, kappa_weights, normalize, multiclass, squared;
    int format;
    const char *sort;
    const char *output;
    int beta_given, pt_given, kappa_given, max_fpr_given, floor_given, multiclass_given;
};

#define EVAL(field) .at = offsetof(struct eval_options, field)

static const struct choice zero_choices[] = {
    {"0", LIMEN_ZERO}, {"1", LIMEN_ONE}, {"nan", LIMEN_NAN}, {"skip", LIMEN_SKIP}, {NULL, 0}};
static const struct choice kappa_choices[] = {{"none", LIMEN_KAPPA_NONE},
                                              {"linear", LIMEN_KAPPA_LINEAR},
                                              {"quadratic", LIMEN_KAPPA_QUADRATIC},
                                              {NULL, 0}};
static const struct choice normalize_choices[] = {{"none", LIMEN_NORMALIZE_NONE},
                                                  {"true", LIMEN_NORMALIZE_TRUE},
                                                  {"pred", LIMEN_NORMALIZE_PRED},
                                                  {"all", LIMEN_NORMALIZE_ALL},
                                                  {NULL, 0}};

static const struct choice multiclass_choices[] = {
    {"ovr", LIMEN_OVR}, {"ovo", LIMEN_OVO}, {NULL, 0}};

static const struct option metric_options[] = {
    {"metrics", "LIST", "names joined by commas; \"limen metrics\" lists them", OPTION_TEXT,
     EVAL(metrics)},
    {"zero-division", "WHAT", "a 0/0 is 0 (default), 1, nan, or left out of averages\n(skip)",
     OPTION_CHOICE, EVAL(zero_division), .choices = zero_choices},
    {"beta", "B", "of fbeta", OPTION_NUMBER, EVAL(beta),
     .given = offsetof(struct eval_options, beta_given), .low = 1e-6, .high = 1e6},
    {"cost", "LIST", "of cost: fp=1,fn=5; also tp and tn", OPTION_TEXT, EVAL(cost)},
    {"pt", "P", "threshold probability of net_benefit", OPTION_NUMBER, EVAL(pt),
     .given = offsetof(struct eval_options, pt_given), .low = 1e-9, .high = 1 - 1e-9},
    {"kappa-weights", "WHAT", "none, linear or quadratic", OPTION_CHOICE, EVAL(kappa_weights),
     .given = offsetof(struct eval_options, kappa_given), .choices = kappa_choices},
    {"max-fpr", "X", "of auroc: the curve up to this false positive rate", OPTION_NUMBER,
     EVAL(max_fpr), .given = offsetof(struct eval_options, max_fpr_given), .low = 1e-9, .high = 1},
    {"floor", "X", "of recall_at_precision and its like: the other rate", OPTION_NUMBER,
     EVAL(floor), .given = offsetof(struct eval_options, floor_given), .low = 1e-9, .high = 1},
    {"multiclass", "WHAT",
     "of auroc: each class against the rest (ovr, default) or\nagainst each other (ovo)",
     OPTION_CHOICE, EVAL(multiclass), .given = offsetof(struct eval_options, multiclass_given),
     .choices = multiclass_choices},
    {"squared", NULL, "of hinge", OPTION_FLAG, EVAL(squared)},
    {"top-k", "K", "multiclass: right when among the K greatest scores", OPTION_INTEGER,
     EVAL(top_k), .low = 1, .high = 1000000},
    {"normalize", "WHAT", "confusion matrix: none, true, pred or all", OPTION_CHOICE,
     EVAL(normalize), .choices = normalize_choices},
};

static const struct option output_options[] = {
    {"format", "FORMAT", "table (default), json, csv or markdown", OPTION_CHOICE, EVAL(format),
     .choices = format_choices},
    {"top", "N", "show N labels; averages stay over all", OPTION_INTEGER, EVAL(top), .low = 1,
     .high = 1e9},
    {"sort", "FIELD", "order of labels: name, support, f1, ...; -f1 descends", OPTION_TEXT,
     EVAL(sort)},
    {"output", "FILE", "write there, whole or not at all", OPTION_TEXT, EVAL(output),
     .letter = 'o'},
    {"fail-under", "NAME=X",
     "exit 3 when f1_macro, f1@LABEL, exact_match, ... is\n"
     "below X; may be given several times",
     OPTION_TEXTS, EVAL(under)},
    {"fail-over", "NAME=X", "exit 3 when it is above X, for losses", OPTION_TEXTS, EVAL(over)},
};

static const struct option_table metric_table = OPTION_TABLE("Metrics", metric_options);
static const struct option_table output_table = OPTION_TABLE("Output", output_options);

static const struct option_group groups[] = {
    {&input_scores_table, offsetof(struct eval_options, input)},
    {&input_truth_table, offsetof(struct eval_options, input)},
    {&tally_file_table, offsetof(struct eval_options, tally)},
    {&input_thresholds_table, offsetof(struct eval_options, thresholds)},
    {&input_task_table, offsetof(struct eval_options, input)},
    {&input_logits_table, offsetof(struct eval_options, input)},
    {&input_rule_table, offsetof(struct eval_options, input)},
    {&metric_table, 0},
    {&output_table, 0},
    {&input_run_table, offsetof(struct eval_options, input)},
};

/* ---- Metrics -------------------------------------------------------------------------------- */

static int check_names(const struct name_list *names)
{
    for (size_t i = 0; i < names->count; i++) {
        struct suggestion suggestion;

        if (limen_metric_find(names->items[i]))
            continue;
        suggestion_start(&suggestion, names->items[i]);
        for (int64_t k = 0; k < limen_metric_count(); k++)
            suggestion_offer(&suggestion, limen_metric_at(k)->name);
        if (suggestion.nearest[0])
            return say_usage("no metric is called \"%s\"; did you mean %s?", names->items[i],
                             suggestion.nearest);
        return say_usage("no metric is called \"%s\"; \"limen metrics\" lists them",
                         names->items[i]);
    }
    return 0;
}

/* What the metrics named read: bits of limen_parameter. */
static uint32_t parameters_of(const struct name_list *names, const struct gates *gates)
{
    uint32_t read = 0;

    for (size_t i = 0; i < names->count; i++)
        read |= limen_metric_find(names->items[i])->parameters;
    for (size_t i = 0; i < gates->count; i++)
        read |= gates->items[i].metric->parameters;
    return read;
}

/* An option that nothing reads is a mistake, not a wish. */
static int check_parameters(const struct eval_options *options, uint32_t read)
{
    const struct {
        int given;
        uint32_t parameter;
        const char *option, *metric;
    } uses[] = {
        {options->beta_given, LIMEN_PARAM_BETA, "beta", "fbeta"},
        {options->cost != NULL, LIMEN_PARAM_COST, "cost", "cost"},
        {options->pt_given, LIMEN_PARAM_PT, "pt", "net_benefit"},
        {options->kappa_given, LIMEN_PARAM_KAPPA_WEIGHTS, "kappa-weights", "kappa"},
        {options->max_fpr_given, LIMEN_PARAM_MAX_FPR, "max-fpr", "auroc"},
        {options->floor_given, LIMEN_PARAM_FLOOR, "floor", "recall_at_precision"},
        {options->multiclass_given, LIMEN_PARAM_MULTICLASS, "multiclass", "auroc"},
        {options->squared, LIMEN_PARAM_SQUARED, "squared", "hinge"},
    };

    for (size_t i = 0; i < COUNT_OF(uses); i++)
        if (uses[i].given && !(read & uses[i].parameter))
            return say_usage("--%s changes none of these metrics; ask for one with --metrics %s",
                             uses[i].option, uses[i].metric);
    return 0;
}

/* The states that one metric needs beside those in `states`. */
static uint32_t needed_states(const limen_metric *metric, uint32_t states, limen_task task)
{
    uint32_t needed = metric->states;

    if (metric->averages & LIMEN_AVERAGE_SAMPLES && task == LIMEN_MULTILABEL)
        states |= needed & LIMEN_SAMPLES;
    if (!(needed & states))
        states |= needed & (0u - needed); /* any one is enough: the first */
    return states;
}

static uint32_t choose_states(const struct input *input, const struct name_list *names,
                              const struct gates *gates)
{
    limen_task task = input->spec.task;
    uint32_t states = LIMEN_COUNTS;

    if (task == LIMEN_MULTICLASS && input->spec.width <= WIDEST_MATRIX)
        states = LIMEN_CONFUSION;
    if (task == LIMEN_MULTILABEL)
        states |= LIMEN_SAMPLES;
    for (size_t i = 0; i < names->count; i++)
        states = needed_states(limen_metric_find(names->items[i]), states, task);
    for (size_t i = 0; i < gates->count; i++)
        states = needed_states(gates->items[i].metric, states, task);
    return states;
}

/* ---- The command ---------------------------------------------------------------------------- */

struct evaluation {
    struct eval_options options;
    struct name_list names;
    struct gates gates;
    struct input input;
    limen_tally *tally;
    limen_compute_options compute;
    limen_result *result;
};

static int prepare(struct evaluation *eval)
{
    const struct eval_options *options = &eval->options;
    int status = 0;

    if (options->format == LIMEN_FORMAT_JSON && (options->sort || options->top))
        return say_usage("--%s does not go with --format json, which has all labels in their order",
                         options->sort ? "sort" : "top");
    eval->compute = (limen_compute_options){
        .size = sizeof eval->compute,
        .zero_division = (limen_zero_division)options->zero_division,
        .kappa_weights = (limen_kappa_weights)options->kappa_weights,
        .normalize = (limen_normalize)options->normalize,
        .beta = options->beta,
        .pt = options->pt,
        .multiclass = (limen_multiclass)options->multiclass,
        .max_fpr = options->max_fpr,
        .floor = options->floor,
        .squared = options->squared,
    };
    if (options->metrics)
        status = parse_names("metrics", options->metrics, &eval->names);
    if (!status)
        status = check_names(&eval->names);
    if (!status)
        status = gates_parse(&eval->gates, &options->under, &options->over);
    if (!status && options->cost)
        status = costs_read_plain(options->cost, eval->compute.cost);
    if (!status)
        status = check_parameters(options, parameters_of(&eval->names, &eval->gates));
    if (eval->names.count > 0) {
        eval->compute.metrics = eval->names.items;
        eval->compute.metric_count = (int64_t)eval->names.count;
    }
    return status;
}

static int read_data(struct evaluation *eval)
{
    struct input *input = &eval->input;
    int status = input_open(input, &eval->options.input);

    if (!status)
        status = input_thresholds(input, &eval->options.thresholds);
    if (!status)
        status = gates_settle(&eval->gates, input);
    if (!status && eval->options.top_k > 1 && input->spec.task != LIMEN_MULTICLASS)
        status = say_usage("--top-k is for a multiclass task");
    if (!status)
        status = input_count_groups(input);
    if (status)
        return status;
    input->spec.states = choose_states(input, &eval->names, &eval->gates);
    if (input_has_row_rule(input) &&
        input->spec.states & ~(uint32_t)(LIMEN_COUNTS | LIMEN_CONFUSION | LIMEN_SAMPLES))
        return say_usage("%s decides about whole rows, and --metrics asks for one of the scores "
                         "themselves; ask for that without --thresholds",
                         eval->options.thresholds.items[0]);
    input->spec.top_k = (int32_t)eval->options.top_k;
    input->spec.beta = eval->options.beta;
    eval->compute.labels = input->labels;
    status = input_tally(input, &eval->tally);
    return status ? status : input_update(input, eval->tally);
}

/* What was settled when the tally was made cannot be asked for now. */
static int load_tally(struct evaluation *eval)
{
    const struct eval_options *options = &eval->options;
    const struct tally_options *file = &options->tally;
    int status = tally_load(file, &options->input, &eval->input, &eval->tally);

    if (!status)
        status = tally_settles(file, options->thresholds.count > 0, "thresholds");
    if (!status)
        status = tally_settles(file, options->top_k > 0, "top-k");
    if (!status && eval->input.spec.states & LIMEN_SAMPLES)
        status = tally_settles(file, options->beta_given && options->beta != eval->input.spec.beta,
                               "beta");
    if (!status && !options->beta_given)
        eval->compute.beta = eval->input.spec.beta;
    return status ? status : gates_settle(&eval->gates, &eval->input);
}

static int write_report(struct evaluation *eval)
{
    limen_report_options report = {
        .size = sizeof report,
        .format = (limen_format)eval->options.format,
        .top = eval->options.top,
        .sort = eval->options.sort,
        .colour = output_colour(eval->options.output),
        .set_names = eval->input.threshold_specs,
        .set_count = (int64_t)eval->options.thresholds.count,
    };
    limen_error error;
    size_t length;
    char *text;
    int status;

    if (limen_compute(eval->tally, &eval->compute, NULL, &eval->result, &error) != LIMEN_OK)
        return say_error(eval->options.tally.load, &error);
    if (limen_report_render(eval->result, &report, NULL, &text, &length, &error) != LIMEN_OK)
        return say_error(NULL, &error);
    status = output_text(eval->options.output, text, length);
    limen_report_release(text, length, NULL);
    return status;
}

static int run(int argc, char **argv)
{
    struct evaluation eval = {.options = {.input = INPUT_OPTIONS_DEFAULT}};
    int status = options_parse(&eval_command, &eval.options, argc, argv);

    if (status)
        return status;
    eval.options.input.source.keep = eval.options.input.source.group_column != NULL;
    status = prepare(&eval);
    if (!status)
        status = eval.options.tally.load ? load_tally(&eval) : read_data(&eval);
    if (!status)
        status = tally_save(&eval.options.tally, &eval.input, eval.tally);
    if (!status)
        status = write_report(&eval);
    if (!status)
        status = gates_check(&eval.gates, &eval.input, eval.tally, &eval.compute);
    limen_result_destroy(eval.result);
    limen_tally_destroy(eval.tally);
    input_close(&eval.input);
    gates_release(&eval.gates);
    name_list_release(&eval.names);
    options_release(&eval_command, &eval.options);
    return status;
}

const struct command eval_command = {
    .name = "eval",
    .summary = "metrics at thresholds",
    .usage = "[TABLE] [--scores F --targets F] [--thresholds SPEC]... [OPTION...]",
    .about = "Counts scores against targets at one or more sets of thresholds, in one pass, and\n"
             "prints a report: a row a label, averages, and numbers of the whole.\n",
    .examples =
        "  limen eval data.npz\n"
        "  limen eval --scores s.npy --targets y.npy --labels names.txt --thresholds T.json\n"
        "  limen eval data.npz --thresholds 0.5 --thresholds 'joy=0.3,*=0.5'\n"
        "  limen eval scores.csv --score-columns 'p_*' --target-columns 'y_*' --sort -f1\n"
        "  limen eval data.npz --format json -o report.json --fail-under f1_macro=0.40\n"
        "  limen eval data.npz --metrics f1,auroc --save-tally data.tally\n"
        "  limen eval --tally data.tally --zero-division skip\n",
    .groups = groups,
    .group_count = COUNT_OF(groups),
    .run = run,
};
