/* What a tally is inside, and the interface that each kind of state implements.
 *
 * A state has one file: counts.c, confusion.c, samples.c, ... It exports one constant
 * limen_state_ops. tally.c goes over the states of a tally and calls them; it knows none of them by
 * name except in its table.
 *
 * An update is all or nothing:
 *     1. tally.c checks the batch (shapes, dtypes, presence, weights, groups);
 *     2. every state's `collect` reads the batch into scratch, or fails: nothing has changed;
 *     3. every state's `commit` adds the scratch; it cannot fail.
 * When another state fails there is no commit, so `collect` starts from empty scratch, whatever the
 * last batch left there.
 */
#ifndef LIMEN_TALLY_STATE_H
#define LIMEN_TALLY_STATE_H

#include "core/array.h"
#include "core/bytes.h"
#include "core/memory.h"
#include "core/numeric.h"
#include "core/status.h"
#include "kernels/kernels.h"
#include "limen.h"

/* Names of the entries of limen_tally.states; the n-th is the bit 1 << n of limen_state. */
enum {
    LIMEN_STATE_COUNTS,
    LIMEN_STATE_CONFUSION,
    LIMEN_STATE_SAMPLES,
    LIMEN_STATE_SCORES,
    LIMEN_STATE_HISTOGRAM,
    LIMEN_STATE_RANKING,
    LIMEN_STATE_CALIBRATION,
    LIMEN_STATE_HINGE,
    LIMEN_STATE_KINDS
};

struct limen_tally {
    limen_allocator allocator;
    limen_spec spec; /* defaults filled in; thresholds and bin_edges point to our copies */
    const limen_kernels *kernels;
    int64_t samples;
    int threads;
    int attached;       /* count arrays belong to the caller */
    double *thresholds; /* sets * width, as given */
    double *bin_edges;
    limen_dtype declared_dtype; /* of the scores, in the caller's spec: NONE when left open */
    char **labels;              /* width names, or NULL */

    /* sets * width of limen_cut_dtype(cuts_dtype); multiclass: offsets rounded to that dtype. Set
     * by an update, before the states see the batch. */
    void *cuts;
    limen_dtype cuts_dtype;

    /* Cells are read in tiles of tile_rows whole rows, or of tile_columns cells of one row where a
     * row is longer than that; tile_cells of them are one tile. tile_cuts holds a tile of cuts for
     * each set; NULL where a row is longer than a tile, and cuts serves as it is. */
    int64_t tile_rows, tile_columns, tile_cells;
    void *tile_cuts;

    struct limen_classes *classes;   /* multiclass predictions, shared by the states; or NULL */
    void *states[LIMEN_STATE_KINDS]; /* NULL when not kept */
};

/* A batch that has been checked: its parts as planes of rows. */
typedef struct limen_checked_batch {
    const limen_batch *batch;
    limen_planes planes;
    int64_t samples;
    int64_t row_offset;
    limen_dtype score_dtype;
    const void *cuts; /* for this batch's score dtype */
} limen_checked_batch;

/* What a state of fixed size keeps: arrays of `count` elements. */
typedef enum limen_kept_kind {
    LIMEN_KEPT_WHOLE, /* int64_t: a count, not negative */
    LIMEN_KEPT_SUM,   /* limen_sum of numbers that are not negative */
    LIMEN_KEPT_FIXED  /* limen_fixed: a sum over the samples of numbers from 0 to 1 */
} limen_kept_kind;

typedef struct limen_kept {
    limen_kept_kind kind;
    int64_t count; /* INT64_MAX when it is more */
    void *data;
} limen_kept;

enum { LIMEN_KEPT_ARRAYS = 4 };

typedef struct limen_state_ops {
    const char *name;

    /* Allocates the state and its scratch. arrays is NULL unless the tally is attached. */
    limen_status (*create)(const limen_tally *tally, const limen_count_arrays *arrays, void **state,
                           limen_error *error);
    void (*destroy)(const limen_tally *tally, void *state);
    limen_status (*collect)(const limen_tally *tally, void *state, const limen_checked_batch *batch,
                            limen_error *error);
    void (*commit)(const limen_tally *tally, void *state);

    /* All that the state keeps, at most LIMEN_KEPT_ARRAYS arrays; returns how many. `state` may be
     * NULL: then data is. A state that has this needs nothing of what follows (kept.h). */
    int (*kept)(const limen_tally *tally, void *state, limen_kept *kept);

    void (*reset)(const limen_tally *tally, void *state);

    /* `into` and `from` have the same configuration. reserve takes the memory that merge needs and
     * changes nothing that can be seen. */
    limen_status (*reserve)(const limen_tally *tally, void *into, const void *from,
                            limen_error *error);
    void (*merge)(const limen_tally *tally, void *into, const void *from);

    /* Bytes that pack writes, and at least writes for any state of the configuration: create is
     * given no more memory than these account for. */
    uint64_t (*packed_size)(const limen_tally *tally, const void *state);
    double (*least_size)(const limen_tally *tally);
    void (*pack)(const limen_tally *tally, const void *state, limen_packer *packer);

    /* Fills a state that is as create left it from all that `bytes` holds, and checks every number.
     * spec.score_dtype and samples are what they will be. */
    limen_status (*unpack)(const limen_tally *tally, void *state, limen_unpacker *bytes,
                           limen_error *error);
} limen_state_ops;

extern const limen_state_ops limen_counts_ops, limen_confusion_ops, limen_samples_ops,
    limen_scores_ops, limen_histogram_ops, limen_ranking_ops, limen_calibration_ops,
    limen_hinge_ops;

/* A tally without states, and its cuts for scores of a dtype: what limen_apply needs. Destroyed as
 * any other. */
limen_status limen_tally_open(const limen_spec *given, const limen_allocator *allocator,
                              limen_tally **tally, limen_error *error);
void limen_tally_set_cuts(limen_tally *tally, limen_dtype scores);

/* The ops of a state, by the entry of limen_tally.states. */
const limen_state_ops *limen_state_ops_at(int kind);

/* Creates the states that an opened tally's spec asks for. On failure the tally is to be destroyed.
 */
limen_status limen_tally_add_states(limen_tally *tally, const limen_count_arrays *arrays,
                                    limen_error *error);

/* a * b, both not negative, or INT64_MAX where that is less. */
static inline int64_t limen_product(int64_t a, int64_t b)
{
    return a > 0 && b > INT64_MAX / a ? INT64_MAX : a * b;
}

/* Groups of a tally, at least 1. */
static inline int64_t limen_tally_groups(const limen_tally *tally)
{
    return tally->spec.groups > 0 ? tally->spec.groups : 1;
}

/* ---- What metrics read -------------------------------------------------------------------- */

/* tp, fp, tn, fn of labels first <= label < first + labels in a set and group (-1: all groups).
 * From COUNTS, else from CONFUSION. The indices are in range and the state is there. */
void limen_tally_read_counts(const limen_tally *tally, int64_t set, int64_t group, int64_t first,
                             int64_t labels, limen_counts *counts);

/* One cell of the C x C matrix (rows true classes); `group` -1 adds all groups. */
double limen_confusion_cell(const limen_tally *tally, int64_t set, int64_t group, int64_t actual,
                            int64_t predicted);

/* Sums over samples. Sums of ratios are over the samples where the ratio is defined; `undefined`
 * counts the others. Weighted tallies: sums of weights in place of numbers. */
typedef struct limen_sample_sums {
    double samples; /* rows with at least one cell that is not ignored */
    double exact;   /* rows right in every cell */
    double precision, precision_undefined;
    double recall, recall_undefined;
    double fbeta,
        fbeta_undefined; /* beta of the spec; undefined where nothing is true or predicted */
    double jaccard, jaccard_undefined;
    double hamming; /* sum over rows of the share of wrong cells */
} limen_sample_sums;

void limen_samples_read(const limen_tally *tally, int64_t set, int64_t group,
                        limen_sample_sums *sums);

#endif
