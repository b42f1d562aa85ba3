/* limen apply: decisions at thresholds. */
#include "command.h"
#include "input.h"
#include "message.h"

#include <stdlib.h>

struct apply_options {
    struct input_options input;
    struct text_list thresholds;
    const char *output;
};

static const struct option output_options[] = {
    {"output", "FILE",
     ".npy (uint8, or int64 class numbers) or .csv (with a\n"
     "header); - is CSV on standard output",
     OPTION_TEXT, .at = offsetof(struct apply_options, output), .letter = 'o'},
};
static const struct option_table output_table = OPTION_TABLE("Output", output_options);

static const struct option_group groups[] = {
    {&input_scores_table, offsetof(struct apply_options, input)},
    {&input_thresholds_table, offsetof(struct apply_options, thresholds)},
    {&input_task_table, offsetof(struct apply_options, input)},
    {&input_logits_table, offsetof(struct apply_options, input)},
    {&input_rule_table, offsetof(struct apply_options, input)},
    {&output_table, 0},
    {&input_run_table, offsetof(struct apply_options, input)},
};

struct writer {
    const limen_spec *spec;
    limen_decisions *decisions;
    void *values; /* of one batch */
    size_t capacity;
    limen_status output; /* how writing them went */
};

static limen_status write_batch(void *context, const limen_batch *batch, limen_error *error)
{
    struct writer *writer = context;
    int64_t rows = batch->scores.shape[0] * batch->scores.shape[2];
    size_t row =
        writer->spec->task == LIMEN_MULTICLASS ? sizeof(int64_t) : (size_t)writer->spec->width;
    limen_status status;

    if ((size_t)rows * row > writer->capacity) {
        free(writer->values);
        writer->capacity = (size_t)rows * row;
        writer->values = malloc(writer->capacity);
        if (!writer->values) {
            writer->capacity = 0;
            *error = (limen_error){.code = LIMEN_ERR_MEMORY, .row = -1, .column = -1, .byte = -1};
            return LIMEN_ERR_MEMORY;
        }
    }
    status = limen_apply(writer->spec, 0, batch, writer->values, NULL, error);
    if (status != LIMEN_OK)
        return status;
    writer->output = limen_decisions_write(writer->decisions, writer->values, rows, error);
    return writer->output;
}

static int write_decisions(struct input *input, const char *path)
{
    limen_spec spec = input->spec;
    struct writer writer = {.spec = &spec};
    limen_error error;
    int status;

    spec.top_labels = input->top_labels;
    spec.cost_matrix = input->cost_matrix;
    if (limen_decisions_open(path, input->spec.task, input->spec.width, input->labels, NULL,
                             &writer.decisions, &error) != LIMEN_OK)
        return say_output_error(path, &error);
    status = input_write(input, write_batch, &writer, path, &writer.output);
    free(writer.values);
    if (status) {
        limen_decisions_abort(writer.decisions);
        return status;
    }
    if (limen_decisions_commit(writer.decisions, &error) != LIMEN_OK)
        return say_output_error(path, &error);
    return EXIT_DONE;
}

static int run(int argc, char **argv)
{
    struct apply_options options = {.input = INPUT_OPTIONS_DEFAULT};
    struct input input = {.source = NULL};
    int status = options_parse(&apply_command, &options, argc, argv);

    if (status)
        return status;
    options.input.source.without_targets = 1;
    if (!options.output)
        status = say_usage("no output; give -o FILE.npy or FILE.csv, or -o - for standard output");
    else if (options.thresholds.count > 1)
        status = say_usage("apply takes one --thresholds, not %zu", options.thresholds.count);
    if (!status)
        status = input_open(&input, &options.input);
    if (!status)
        status = input_thresholds(&input, &options.thresholds);
    if (!status) {
        input_warn_rounding(&input);
        status = write_decisions(&input, options.output);
    }
    input_close(&input);
    options_release(&apply_command, &options);
    return status;
}

const struct command apply_command = {
    .name = "apply",
    .summary = "decisions at thresholds",
    .usage = "[TABLE] [--scores F] --thresholds SPEC -o FILE [OPTION...]",
    .about = "Writes a 0 or 1 for every score, or for multiclass scores the number of the class\n"
             "that wins once its offset is added.\n",
    .examples = "  limen apply --scores s.npy --thresholds T.json -o decisions.npy\n"
                "  limen apply data.npz --thresholds 0.5 -o decisions.csv\n"
                "  limen apply scores.csv --score-columns 'p_*' --thresholds T.json -o -\n",
    .groups = groups,
    .group_count = COUNT_OF(groups),
    .run = run,
};
