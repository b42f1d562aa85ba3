/* Upper hulls of labels in the plane of counts, fp to the right and tp upwards.
 *
 * Whatever price a false positive has in true positives, a label's best cut is a vertex of its
 * hull. Edges go from high scores to low, so their slopes fall. */
#ifndef LIMEN_TUNE_HULL_H
#define LIMEN_TUNE_HULL_H

#include "core/memory.h"
#include "tune/label.h"

typedef struct limen_vertex {
    double tp, fp;
    int64_t index; /* of the cut; -1 for a corner that may be out of reach */
} limen_vertex;

/* Hulls of labels one after the other: those of label i are vertices[first[i] .. first[i + 1]). */
typedef struct limen_hulls {
    limen_allocator allocator;
    int64_t width;  /* there is room for */
    int64_t labels; /* that have been added */
    int64_t *first;
    limen_vertex *vertices;
    int64_t count, capacity;
} limen_hulls;

limen_status limen_hulls_make(const limen_allocator *allocator, int64_t width, limen_hulls *hulls,
                              limen_error *error);
void limen_hulls_release(limen_hulls *hulls);

/* Adds the hull of the next label: over its cuts that meet the label's own conditions and, when
 * `outer`, the corners of the blocks that have not been told apart. There may be no such cut: then
 * the hull is empty. */
limen_status limen_hulls_add(limen_hulls *hulls, const limen_aim *aim, int64_t label,
                             const limen_ladder *ladder, int outer, limen_error *error);

/* One edge of one label's hull. */
typedef struct limen_edge {
    double tp, fp;  /* what it adds */
    int64_t vertex; /* where it ends */
    int64_t label;
} limen_edge;

/* All edges by falling slope, those of one label in order; count vertices less labels of them at
 * most. Returns how many. Counts are whole or not, as in totals. */
int64_t limen_hulls_edges(const limen_hulls *hulls, int whole, limen_edge *edges);

/* Order of two slopes, steepest first: below, at or above 0. */
int limen_edge_compare(const limen_edge *a, const limen_edge *b, int whole);

/* Whether a point at (tp, fp) could be as good as every vertex of a label's hull, at some price
 * between `low` and `high`. */
int limen_hull_may_gain(const limen_hulls *hulls, int64_t label, double tp, double fp, double low,
                        double high);

#endif
