/* The mean of one ratio a label while single ratios change: O(log width) a change, and the same
 * bits whatever changed before, so that equal choices have equal means. */
#ifndef LIMEN_TUNE_MEAN_TREE_H
#define LIMEN_TUNE_MEAN_TREE_H

#include "core/memory.h"
#include "metrics/metric.h"

typedef struct limen_mean_node {
    double total, weight;
    double violation;      /* the greatest */
    int64_t ratios, blank; /* that are defined; that are not, where LIMEN_NAN has them count */
} limen_mean_node;

typedef struct limen_mean_tree {
    limen_allocator allocator;
    limen_zero_division policy;
    int64_t leaves;         /* a power of two */
    limen_mean_node *nodes; /* 2 x leaves; the children of i are 2 i and 2 i + 1 */
} limen_mean_tree;

limen_status limen_mean_tree_make(const limen_allocator *allocator, int64_t width,
                                  limen_zero_division policy, limen_mean_tree *tree,
                                  limen_error *error);
void limen_mean_tree_release(limen_mean_tree *tree);

/* A label of weight 0 takes no part in the mean; its violation counts. */
void limen_mean_tree_set(limen_mean_tree *tree, int64_t label, limen_ratio ratio, double weight,
                         double violation);

/* As limen_mean_of. */
limen_ratio limen_mean_tree_value(const limen_mean_tree *tree);

static inline double limen_mean_tree_violation(const limen_mean_tree *tree)
{
    return tree->nodes[1].violation;
}

#endif
