/* --fail-under and --fail-over: numbers of a report that must not be worse than a bound. */
#ifndef LIMEN_CLI_GATE_H
#define LIMEN_CLI_GATE_H

#include "input.h"

struct gate {
    const char *text; /* as given */
    char name[128];   /* what stands before the "=" */
    double bound;
    int over; /* fails when above, not below */
    const limen_metric *metric;
    limen_average average;
    const char *label; /* behind an "@", else NULL */
    int64_t index;     /* of that label */
};

struct gates {
    struct gate *items;
    size_t count;
};

/* Takes "f1_macro=0.40", "f1@joy=0.5", "hamming_loss=0.1" apart and finds the metrics; a usage
 * error names what is near. Returns 0 or an exit code, as all functions here. */
int gates_parse(struct gates *gates, const struct text_list *under, const struct text_list *over);
void gates_release(struct gates *gates);

/* Which average each metric has for the task, and which label is meant, once the input is open. */
int gates_settle(struct gates *gates, const struct input *input);

/* EXIT_UNDER when some number fails, after saying which ones; every threshold set must pass. */
int gates_check(const struct gates *gates, const struct input *input, const limen_tally *tally,
                const limen_compute_options *options);

#endif
