/* Which bin of a histogram a score falls in. It depends on the specification and the dtype alone
 * (histogram.h lists the kinds), and never falls when the score rises. */
#ifndef LIMEN_TALLY_BIN_MAP_H
#define LIMEN_TALLY_BIN_MAP_H

#include "kernels/bins.h"
#include "tally/state.h"

typedef enum limen_bin_kind {
    LIMEN_BIN_DECISION, /* 0 and 1 */
    LIMEN_BIN_VALUE,    /* each value of a 16-bit float */
    LIMEN_BIN_MIXED,
    LIMEN_BIN_EDGES
} limen_bin_kind;

typedef struct limen_bin_map {
    limen_bin_kind kind;
    limen_dtype dtype; /* of the scores: F16, BF16, F32 or F64 */
    int64_t count;

    /* MIXED: `outer` bins below 0, then the uniform ones on [0, 1], then `outer` above 1. */
    limen_bins uniform;
    int64_t outer;
    int shift; /* of the outer ones */

    /* EDGES: keys of the edges, and for each coarse bin how many edges lie in lower ones. */
    int64_t edges;
    uint64_t *edge_keys;
    limen_bins coarse;
    uint32_t *first;
} limen_bin_map;

/* scores: the dtype of a batch. Edges are those of the spec, made effective (cuts.h). Fails only
 * for want of memory. */
limen_status limen_bin_map_create(const limen_tally *tally, limen_dtype scores, limen_bin_map *map,
                                  limen_error *error);
void limen_bin_map_destroy(const limen_tally *tally, limen_bin_map *map);

/* Bins that a map for scores of a dtype would have. */
int64_t limen_bin_count(const limen_spec *spec, limen_dtype scores);

/* index[i] = bin of scores[i], whose keys are in `keys` (of the dtype's width). That of a NaN means
 * nothing. */
void limen_bin_map_index(const limen_bin_map *map, const limen_kernels *kernels, const void *scores,
                         const void *keys, uint32_t *index, size_t n);

#endif
