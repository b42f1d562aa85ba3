/* Tallies over given counts, so that a test of metrics needs no scores. Include it after cmocka.h.
 */
#ifndef LIMEN_TESTS_COUNTED_TALLY_H
#define LIMEN_TESTS_COUNTED_TALLY_H

#include "limen.h"

#define COUNTED_MAX 64

/* tp, fp, tn, fn of a label. */
typedef int64_t counted_row[4];

typedef struct counted {
    int64_t tp[COUNTED_MAX], fp[COUNTED_MAX], tn[COUNTED_MAX], fn[COUNTED_MAX];
    int64_t confusion[COUNTED_MAX];
    limen_tally *tally;
} counted;

static limen_tally *counted_attach(counted *c, const limen_spec *spec)
{
    limen_count_arrays arrays = {.size = sizeof arrays};
    limen_error error;
    limen_status status;

    if (spec->states & LIMEN_COUNTS) {
        arrays.tp = c->tp;
        arrays.fp = c->fp;
        arrays.tn = c->tn;
        arrays.fn = c->fn;
    }
    if (spec->states & LIMEN_CONFUSION)
        arrays.confusion = c->confusion;
    status = limen_tally_attach(spec, &arrays, NULL, &c->tally, &error);
    if (status != LIMEN_OK)
        fail_msg("%s", error.message);
    return c->tally;
}

/* `labels` rows a set and group, group after group and set after set. */
static limen_tally *counted_labels(counted *c, limen_task task, int64_t labels, int64_t sets,
                                   int64_t groups, const counted_row *rows)
{
    limen_spec spec = {.size = sizeof spec,
                       .task = task,
                       .states = LIMEN_COUNTS,
                       .width = labels,
                       .sets = sets,
                       .groups = groups};
    int64_t count = labels * sets * (groups ? groups : 1);

    memset(c, 0, sizeof *c);
    for (int64_t i = 0; i < count; i++) {
        c->tp[i] = rows[i][0];
        c->fp[i] = rows[i][1];
        c->tn[i] = rows[i][2];
        c->fn[i] = rows[i][3];
    }
    return counted_attach(c, &spec);
}

/* A multiclass tally of a C x C matrix, rows true classes. */
static inline limen_tally *counted_matrix(counted *c, int64_t classes, const int64_t *matrix)
{
    limen_spec spec = {
        .size = sizeof spec, .task = LIMEN_MULTICLASS, .states = LIMEN_CONFUSION, .width = classes};

    memset(c, 0, sizeof *c);
    memcpy(c->confusion, matrix, (size_t)(classes * classes) * sizeof *matrix);
    return counted_attach(c, &spec);
}

#endif
