#include "input.h"

#include "message.h"
#include "progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- Options -------------------------------------------------------------------------------- */

#define SOURCE(field) .at = offsetof(struct input_options, source.field)
#define INPUT(field) .at = offsetof(struct input_options, field)

static const struct choice task_choices[] = {
    {"binary", LIMEN_BINARY},
    {"multiclass", LIMEN_MULTICLASS},
    {"multilabel", LIMEN_MULTILABEL},
    {NULL, 0},
};
static const struct choice rule_choices[] = {{"ge", LIMEN_GE}, {"gt", LIMEN_GT}, {NULL, 0}};
static const struct choice nan_choices[] = {
    {"error", LIMEN_NAN_ERROR}, {"negative", LIMEN_NAN_NEGATIVE}, {NULL, 0}};

static const struct option scores_options[] = {
    {NULL, "TABLE",
     "a .npz with arrays scores, targets (weights, groups,\n"
     "labels), a .csv or .tsv; - is CSV on standard input",
     OPTION_TEXT, SOURCE(table)},
    {"scores", "FILE", ".npy of scores, in place of TABLE", OPTION_TEXT, SOURCE(scores)},
    {"labels", "FILE", "names of the labels, one a line, or .npy of strings", OPTION_TEXT,
     SOURCE(labels)},
    {"score-columns", "NAMES", "CSV columns: names or patterns, such as 'p_*,other'", OPTION_TEXT,
     SOURCE(score_columns)},
};

static const struct option truth_options[] = {
    {"targets", "FILE", ".npy of targets, 0 and 1 or class numbers", OPTION_TEXT, SOURCE(targets)},
    {"weights", "FILE", ".npy of a weight a sample", OPTION_TEXT, SOURCE(weights)},
    {"groups", "FILE", ".npy of a group number a sample, from 0", OPTION_TEXT, SOURCE(groups)},
    {"target-columns", "NAMES", "CSV columns of the targets", OPTION_TEXT, SOURCE(target_columns)},
    {"weight-column", "NAME", "CSV column of the weights", OPTION_TEXT, SOURCE(weight_column)},
    {"group-column", "NAME", "CSV column of the groups", OPTION_TEXT, SOURCE(group_column)},
    {"ignore-index", "I", "targets of this value do not count", OPTION_INTEGER, INPUT(ignore_index),
     .given = offsetof(struct input_options, has_ignore_index)},
};

static const struct option task_options[] = {
    {"task", "TASK",
     "binary, multiclass or multilabel; inferred from the\n"
     "shapes when not given",
     OPTION_CHOICE, INPUT(task), .choices = task_choices},
    {"nan", "WHAT", "a NaN score is an error (default) or negative", OPTION_CHOICE, INPUT(nan),
     .choices = nan_choices},
};

static const struct option logits_options[] = {
    {"logits", NULL, "scores are logits, thresholds are probabilities", OPTION_FLAG, INPUT(logits)},
};

static const struct option rule_options[] = {
    {"rule", "RULE",
     "positive when score >= threshold (ge, default) or\n"
     "score > threshold (gt)",
     OPTION_CHOICE, INPUT(rule), .given = offsetof(struct input_options, rule_given),
     .choices = rule_choices},
};

static const struct option run_options[] = {
    {"threads", "N", "default: LIMEN_NUM_THREADS, else all processors", OPTION_INTEGER,
     INPUT(threads), .low = 1, .high = 256},
    {"quiet", NULL, "no progress and no notes; warnings and errors stay", OPTION_FLAG,
     INPUT(quiet)},
};

static const struct option thresholds_options[] = {
    {"thresholds", "SPEC",
     "0.5; 0.6,0.5,0.8 in label order; joy=0.3,*=0.5;\n"
     "T.json of limen tune; or a .npy. Several times:\n"
     "sets side by side. Default: 0.5, or no offsets",
     OPTION_TEXTS, .at = 0},
};

const struct option_table input_scores_table = OPTION_TABLE("Input", scores_options);
const struct option_table input_truth_table = OPTION_TABLE("Input", truth_options);
const struct option_table input_task_table = OPTION_TABLE("Meaning", task_options);
const struct option_table input_logits_table = OPTION_TABLE("Meaning", logits_options);
const struct option_table input_rule_table = OPTION_TABLE("Meaning", rule_options);
const struct option_table input_run_table = OPTION_TABLE("Running", run_options);
const struct option_table input_thresholds_table = OPTION_TABLE("Thresholds", thresholds_options);

/* ---- Opening -------------------------------------------------------------------------------- */

static int check_named(const struct input_options *options)
{
    const limen_source_options *source = &options->source;

    if (!source->table && !source->scores)
        return say_usage(source->without_targets
                             ? "no input; give a TABLE (.npz, .csv, .tsv, -) or --scores"
                             : "no input; give a TABLE (.npz, .csv, .tsv, -), or --scores and "
                               "--targets");
    if (source->table && source->scores)
        return say_usage("both a TABLE and --scores are given; give one of them");
    if (source->table && source->targets)
        return say_usage("both a TABLE and --targets are given; --targets goes with --scores");
    if (source->scores && !source->targets && !source->without_targets)
        return say_usage("--scores needs --targets");
    return 0;
}

static void infer_task(struct input *input)
{
    const limen_source_info *info = input->info;

    input->inferred = 1;
    if (info->target_width > 0 && info->targets_ndim >= 2) {
        input->spec.task = LIMEN_MULTILABEL;
        input->reason = "targets have a column a label";
    } else if (info->target_width > 0 && info->width > 1) {
        input->spec.task = LIMEN_MULTICLASS;
        input->reason = "one target a sample, several scores";
    } else if (info->width > 1) {
        input->spec.task = LIMEN_MULTILABEL;
        input->reason = "several scores a sample";
    } else {
        input->spec.task = LIMEN_BINARY;
        input->reason = "one score a sample";
    }
}

/* The number of names must be that of the labels; a binary task may also have one or none. */
static int take_labels(struct input *input)
{
    const limen_source_info *info = input->info;

    if (info->label_count == 0)
        return 0;
    if (input->spec.task == LIMEN_MULTICLASS && info->width == 1)
        input->spec.width = info->label_count;
    if (info->label_count != input->spec.width) {
        if (!input->options->source.labels)
            return 0;
        return say_failure("%s: %lld names for %lld labels; give one name a line for each label",
                           input->options->source.labels, (long long)info->label_count,
                           (long long)input->spec.width);
    }
    input->labels = info->labels;
    return 0;
}

int32_t input_threads(int64_t requested)
{
    const char *setting = getenv("LIMEN_NUM_THREADS");
    long processors = requested > 0 ? (long)requested : sysconf(_SC_NPROCESSORS_ONLN);

    if (requested <= 0 && setting)
        processors = strtol(setting, NULL, 10);
    return processors < 1 ? 1 : (processors > 256 ? 256 : (int32_t)processors);
}

int input_open(struct input *input, const struct input_options *options)
{
    const char *file = NULL;
    limen_error error;
    int status = check_named(options);

    *input = (struct input){.options = options, .spec = {.size = sizeof input->spec}};
    if (status)
        return status;
    if (limen_source_open(&options->source, NULL, &input->source, &file, &error) != LIMEN_OK)
        return say_error(file, &error);
    input->info = limen_source_describe(input->source);
    if (options->task)
        input->spec.task = (limen_task)options->task;
    else
        infer_task(input);
    input->spec.width = input->info->width;
    status = take_labels(input);
    if (status)
        return status;
    if (input->spec.task == LIMEN_BINARY && input->spec.width != 1)
        return say_failure("%s: %lld scores a sample, but a binary task has one; use --task "
                           "multilabel or multiclass",
                           options->source.scores ? options->source.scores : options->source.table,
                           (long long)input->spec.width);
    if (input->spec.task == LIMEN_MULTICLASS && input->spec.width < 2)
        return say_failure("the number of classes is not known from predicted classes; give "
                           "--labels with a name a class");
    input->spec.rule = (limen_rule)options->rule;
    input->spec.nan = (limen_nan)options->nan;
    input->spec.logits = options->logits;
    input->spec.weighted = input->info->weights != LIMEN_NONE && !options->source.without_targets;
    input->spec.has_ignore_index = options->has_ignore_index;
    input->spec.ignore_index = options->ignore_index;
    input->spec.threads = input_threads(options->threads);
    return 0;
}

void input_close(struct input *input)
{
    free(input->thresholds);
    free(input->cost_matrix);
    limen_source_close(input->source);
    *input = (struct input){.source = NULL};
}

/* ---- Thresholds ----------------------------------------------------------------------------- */

static int is_float(limen_dtype dtype)
{
    return dtype >= LIMEN_F16 && dtype <= LIMEN_F64;
}

/* What a thresholds file says of itself must fit the data and the other sets. */
static int follow_file(struct input *input, const char *spec, const limen_thresholds_info *info,
                       const char **ruler)
{
    static const char *const names[] = {"ge", "gt"};
    static const char *const tasks[] = {"?", "binary", "multiclass", "multilabel"};
    limen_dtype dtype = input->info->scores;

    /* Without targets the shape of the scores alone does not tell. */
    if (info->task && input->inferred && input->options->source.without_targets)
        input->spec.task = info->task;
    if (info->task && info->task != input->spec.task)
        return say_failure("%s: thresholds of a %s task, but the data is %s; tune on data of this "
                           "kind, or give --task",
                           spec, tasks[info->task], tasks[input->spec.task]);
    if (input->options->rule_given) {
        if (info->rule != input->spec.rule)
            say_warning("%s was tuned for rule %s; --rule %s is used instead", spec,
                        names[info->rule], names[input->spec.rule]);
    } else if (*ruler && info->rule != input->spec.rule) {
        return say_usage("%s has rule %s and %s has rule %s; evaluate them apart, or give --rule",
                         *ruler, names[input->spec.rule], spec, names[info->rule]);
    } else {
        input->spec.rule = info->rule;
        *ruler = spec;
    }
    if (is_float(info->dtype) && is_float(dtype) && info->dtype != dtype)
        say_warning("%s was tuned on %s scores, these are %s; scores that equal a threshold may "
                    "decide otherwise",
                    spec, limen_dtype_name(info->dtype), limen_dtype_name(dtype));
    return 0;
}

static int take_row_rule(struct input *input, const char *spec, const limen_thresholds_info *info)
{
    size_t cells = (size_t)(info->width * info->width);

    if (!info->top_labels && !info->cost_matrix)
        return 0;
    if (input->spec.sets > 1)
        return say_usage("%s decides about whole rows, without thresholds; give it alone", spec);
    input->top_labels = info->top_labels;
    if (!input->options->quiet && info->top_labels)
        say_note("%s: the labels of the %d greatest scores of a row are positive", spec,
                 (int)info->top_labels);
    else if (!input->options->quiet)
        say_note("%s: the class of least expected cost is predicted", spec);
    if (!info->cost_matrix)
        return 0;
    input->cost_matrix = calloc(cells, sizeof *input->cost_matrix);
    if (!input->cost_matrix)
        return say_failure("out of memory");
    memcpy(input->cost_matrix, info->cost_matrix, cells * sizeof *input->cost_matrix);
    return 0;
}

int input_thresholds(struct input *input, const struct text_list *specs)
{
    size_t width = (size_t)input->spec.width;
    const char *ruler = NULL;

    input->threshold_specs = specs->items;
    input->spec.sets = specs->count ? (int64_t)specs->count : 1;
    if (specs->count == 0)
        return 0;
    input->thresholds = calloc(specs->count * width, sizeof *input->thresholds);
    if (!input->thresholds)
        return say_failure("out of memory");
    input->spec.thresholds = input->thresholds;
    input->spec.threshold_count = (int64_t)(specs->count * width);
    for (size_t k = 0; k < specs->count; k++) {
        limen_thresholds *read;
        const limen_thresholds_info *info;
        const char *file = NULL;
        limen_error error;
        int status = 0;

        if (limen_thresholds_read(specs->items[k], input->spec.width, input->labels, NULL, &read,
                                  &file, &error) != LIMEN_OK)
            return say_error(file, &error);
        info = limen_thresholds_describe(read);
        memcpy(input->thresholds + k * width, info->values, width * sizeof *input->thresholds);
        if (info->from_file) {
            status = follow_file(input, specs->items[k], info, &ruler);
            if (!status)
                status = take_row_rule(input, specs->items[k], info);
        }
        limen_thresholds_destroy(read);
        if (status)
            return status;
    }
    return 0;
}

/* What rounding left of a threshold when that is nothing, else NULL. */
static const char *rounding_loss(double given, double effective)
{
    if (given != 0 && effective == 0)
        return "0";
    if (isfinite(given) && isinf(effective))
        return "infinity";
    return NULL;
}

/* The first such threshold of a set. */
static void warn_set(const struct input *input, const double *given, const double *effective)
{
    for (int64_t label = 0; label < input->spec.width; label++) {
        const char *loss = rounding_loss(given[label], effective[label]);

        if (loss && input->labels)
            say_warning("threshold %g of %s is %s in %s, the dtype of the scores", given[label],
                        input->labels[label], loss, limen_dtype_name(input->info->scores));
        else if (loss)
            say_warning("threshold %g of label %lld is %s in %s, the dtype of the scores",
                        given[label], (long long)label, loss,
                        limen_dtype_name(input->info->scores));
        if (loss)
            return;
    }
}

/* The library rounds when it sees the first sample; zeros will do. */
void input_warn_rounding(const struct input *input)
{
    static const double zero = 0.0;
    limen_spec spec = input->spec;
    limen_batch batch = {
        .size = sizeof batch,
        .scores = {&zero, input->info->scores, {1, spec.width, 1}, {0, 0, 0}},
        .targets = {&zero, LIMEN_U8, {1, spec.width, 1}, {0, 0, 0}},
    };
    double *effective = calloc((size_t)spec.width, sizeof *effective);
    limen_tally *tally = NULL;

    /* A logit is 0 at 0.5 and infinite at 0 and 1, and that is as it should be. */
    spec.states = LIMEN_COUNTS;
    spec.weighted = 0;
    spec.groups = 0;
    spec.has_ignore_index = 0;
    if (effective && input->thresholds && !spec.logits && spec.task != LIMEN_MULTICLASS &&
        is_float(input->info->scores) &&
        limen_tally_create(&spec, NULL, &tally, NULL) == LIMEN_OK &&
        limen_tally_update(tally, &batch, NULL) == LIMEN_OK) {
        for (int64_t set = 0; set < spec.sets; set++)
            if (limen_tally_thresholds(tally, set, effective, NULL) == LIMEN_OK)
                warn_set(input, input->thresholds + set * spec.width, effective);
    }
    limen_tally_destroy(tally);
    free(effective);
}

/* ---- Reading -------------------------------------------------------------------------------- */

/* Every batch to `take`, without what the spec does not ask for. */
static limen_status each_batch(struct input *input, input_take take, void *context,
                               limen_error *error)
{
    struct progress progress;
    limen_status status;
    int64_t samples = 0;

    progress_start(&progress, input->options->quiet);
    for (;;) {
        limen_batch batch;

        status = limen_source_next(input->source, &batch, error);
        if (status != LIMEN_OK || batch.scores.shape[0] == 0)
            break;
        if (!input->spec.weighted)
            batch.weights = (limen_array){.dtype = LIMEN_NONE};
        if (!input->spec.groups)
            batch.groups = (limen_array){.dtype = LIMEN_NONE};
        status = take(context, &batch, error);
        if (status != LIMEN_OK)
            break;
        samples += batch.scores.shape[0] * batch.scores.shape[2];
        progress_show(&progress, samples, limen_source_position(input->source), input->info->bytes);
    }
    progress_end(&progress);
    return status;
}

int input_each(struct input *input, input_take take, void *context)
{
    limen_error error;

    if (each_batch(input, take, context, &error) == LIMEN_OK)
        return 0;
    return say_error(limen_source_locate(input->source, &error), &error);
}

int input_write(struct input *input, input_take take, void *context, const char *path,
                const limen_status *output)
{
    limen_error error;

    if (each_batch(input, take, context, &error) == LIMEN_OK)
        return 0;
    if (*output != LIMEN_OK)
        return say_output_error(path, &error);
    return say_error(limen_source_locate(input->source, &error), &error);
}

static limen_status update_tally(void *context, const limen_batch *batch, limen_error *error)
{
    return limen_tally_update(context, batch, error);
}

/* A tally of decisions, which are made batch by batch. */
struct decider {
    limen_tally *tally;
    limen_spec spec;
    void *decisions;
    size_t capacity;
};

static limen_status update_decided(void *context, const limen_batch *batch, limen_error *error)
{
    struct decider *decider = context;
    limen_batch decided = *batch;
    int multiclass = decider->spec.task == LIMEN_MULTICLASS;
    int64_t size = multiclass ? 8 : 1, columns = multiclass ? 1 : decider->spec.width;
    int64_t extra = batch->scores.shape[2], rows = batch->scores.shape[0];
    size_t bytes = (size_t)(rows * extra * columns * size);
    limen_status status;

    if (bytes > decider->capacity) {
        free(decider->decisions);
        decider->decisions = malloc(bytes);
        decider->capacity = decider->decisions ? bytes : 0;
    }
    if (!decider->decisions) {
        *error = (limen_error){.code = LIMEN_ERR_MEMORY, .row = -1, .column = -1, .byte = -1};
        return LIMEN_ERR_MEMORY;
    }
    status = limen_apply(&decider->spec, 0, batch, decider->decisions, NULL, error);
    if (status != LIMEN_OK)
        return status;
    decided.scores = (limen_array){decider->decisions,
                                   multiclass ? LIMEN_I64 : LIMEN_U8,
                                   {rows, columns, extra},
                                   {extra * columns * size, size, columns * size}};
    return limen_tally_update(decider->tally, &decided, error);
}

int input_update(struct input *input, limen_tally *tally)
{
    struct decider decider = {.tally = tally, .spec = input->spec};
    int status;

    if (!input_has_row_rule(input))
        return input_each(input, update_tally, tally);
    decider.spec.top_labels = input->top_labels;
    decider.spec.cost_matrix = input->cost_matrix;
    status = input_each(input, update_decided, &decider);
    free(decider.decisions);
    return status;
}

int input_tally(const struct input *input, limen_tally **tally)
{
    limen_error error;

    if (limen_tally_create(&input->spec, NULL, tally, &error) != LIMEN_OK)
        return say_error(NULL, &error);
    return 0;
}

/* ---- Groups --------------------------------------------------------------------------------- */

#define LOAD_INTEGER(type)                      \
    do {                                        \
        type element;                           \
        memcpy(&element, cell, sizeof element); \
        return (int64_t)element;                \
    } while (0)

static int64_t load_integer(limen_dtype dtype, const void *cell)
{
    switch (dtype) {
    case LIMEN_BOOL:
    case LIMEN_U8:
        LOAD_INTEGER(uint8_t);
    case LIMEN_I8:
        LOAD_INTEGER(int8_t);
    case LIMEN_U16:
        LOAD_INTEGER(uint16_t);
    case LIMEN_I16:
        LOAD_INTEGER(int16_t);
    case LIMEN_U32:
        LOAD_INTEGER(uint32_t);
    case LIMEN_I32:
        LOAD_INTEGER(int32_t);
    case LIMEN_U64:
        LOAD_INTEGER(uint64_t);
    case LIMEN_I64:
        LOAD_INTEGER(int64_t);
    default: /* a text file's numbers; others the tally will refuse */
        return 0;
    }
}

#define MOST_GROUPS 100000

static limen_status find_greatest(void *context, const limen_batch *batch, limen_error *error)
{
    int64_t *greatest = context;
    const limen_array *groups = &batch->groups;

    (void)error;
    for (int64_t i = 0; i < groups->shape[0]; i++)
        for (int64_t k = 0; k < groups->shape[2]; k++) {
            const char *cell =
                (const char *)groups->data + i * groups->stride[0] + k * groups->stride[2];
            int64_t group = load_integer(groups->dtype, cell);

            if (group > *greatest)
                *greatest = group;
        }
    return LIMEN_OK;
}

int input_count_groups(struct input *input)
{
    int64_t greatest = 0;
    limen_error error;
    int status;

    if (input->info->groups == LIMEN_NONE)
        return 0;
    input->spec.groups = 1;
    status = input_each(input, find_greatest, &greatest);
    if (status)
        return status;
    if (greatest >= MOST_GROUPS) {
        error = (limen_error){.input = LIMEN_INPUT_GROUPS};
        return say_failure("%s: groups go up to %lld; number them from 0, at most %d of them",
                           limen_source_locate(input->source, &error), (long long)greatest,
                           MOST_GROUPS);
    }
    input->spec.groups = greatest + 1;
    if (limen_source_rewind(input->source, &error) != LIMEN_OK)
        return say_error(limen_source_locate(input->source, &error), &error);
    return 0;
}
