/* What every command over scores does first: open the source, find the task, fill in the spec, read
 * the thresholds; and the loop over its batches.
 *
 * A command embeds struct input_options in its own options and lists the tables below that apply to
 * it. All functions return an exit code, 0 when all is well, after printing what was wrong. */
#ifndef LIMEN_CLI_INPUT_H
#define LIMEN_CLI_INPUT_H

#include "limen_io.h"
#include "options.h"

struct input_options {
    limen_source_options source;
    int task; /* limen_task; 0: inferred */
    int rule, rule_given;
    int nan;
    int logits;
    int quiet;
    int64_t ignore_index;
    int has_ignore_index;
    int64_t threads; /* 0: all processors */
};

/* The sizes that the library asks for. */
#define INPUT_OPTIONS_DEFAULT                             \
    {                                                     \
        .source = {.size = sizeof(limen_source_options) } \
    }

/* Tables over struct input_options. */
extern const struct option_table input_scores_table; /* TABLE, --scores, --labels, ... */
extern const struct option_table input_truth_table;  /* --targets, --weights, --groups, ... */
extern const struct option_table input_task_table;   /* --task, --nan */
extern const struct option_table input_logits_table; /* --logits */
extern const struct option_table input_rule_table;   /* --rule */
extern const struct option_table input_run_table;    /* --threads, --quiet */

/* A table over struct text_list: --thresholds. */
extern const struct option_table input_thresholds_table;

struct input {
    const struct input_options *options;
    limen_source *source;
    const limen_source_info *info;
    const char *const *labels; /* spec.width names, or NULL */
    limen_spec spec;           /* all but states, thresholds and sets are filled in by input_open */
    int inferred;              /* the task was not given */
    const char *reason;        /* why the task was inferred so */

    /* By input_thresholds: */
    double *thresholds; /* spec.sets x spec.width, or NULL when none were given */
    const char *const *threshold_specs;
    int32_t top_labels;  /* a file's rule for whole rows, in place of thresholds: limen_spec has */
    double *cost_matrix; /* fields of these names; else 0 and NULL */
};

static inline int input_has_row_rule(const struct input *input)
{
    return input->top_labels > 0 || input->cost_matrix;
}

/* Opens the source. `input` is to be closed in any case. */
int input_open(struct input *input, const struct input_options *options);
void input_close(struct input *input);

/* Reads the thresholds into the spec, one set for each of `specs` (none is well, too). The rule is
 * --rule where that is given, else that of a thresholds file. Warns where a file was tuned on
 * scores of another dtype. */
int input_thresholds(struct input *input, const struct text_list *specs);

/* Warns of thresholds that rounding to the dtype of the scores turns into 0 or infinity. (A report
 * says so in its notes.) */
void input_warn_rounding(const struct input *input);

/* Reads all groups once to set spec.groups, and rewinds. Call it for a command that reports by
 * group; for others the source's groups are left aside. */
int input_count_groups(struct input *input);

/* Calls `take` for each batch, from where the source stands to its end, with progress. An error is
 * printed with file, row and column. */
typedef limen_status (*input_take)(void *context, const limen_batch *batch, limen_error *error);
int input_each(struct input *input, input_take take, void *context);

/* The same for a `take` that writes what it makes to `path`: when *output tells that this failed,
 * the error is about that file. */
int input_write(struct input *input, input_take take, void *context, const char *path,
                const limen_status *output);

/* input_each with limen_tally_update; where a rule for whole rows decides, with its decisions in
 * place of the scores. */
int input_update(struct input *input, limen_tally *tally);

/* How many threads a request of so many means; 0 stands for all processors, or LIMEN_NUM_THREADS,
 * which is then left to the library. */
int32_t input_threads(int64_t requested);

/* Makes the tally of input->spec. */
int input_tally(const struct input *input, limen_tally **tally);

#endif
