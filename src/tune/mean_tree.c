#include "tune/mean_tree.h"

#include "core/status.h"

#include <math.h>

limen_status limen_mean_tree_make(const limen_allocator *allocator, int64_t width,
                                  limen_zero_division policy, limen_mean_tree *tree,
                                  limen_error *error)
{
    int64_t leaves = 1;

    while (leaves < width)
        leaves *= 2;
    *tree = (limen_mean_tree){.allocator = *allocator, .policy = policy, .leaves = leaves};
    tree->nodes = limen_new(allocator, 2 * (size_t)leaves, sizeof *tree->nodes);
    if (!tree->nodes)
        return limen_fail_memory(error, 2 * (size_t)leaves * sizeof *tree->nodes);
    return LIMEN_OK;
}

void limen_mean_tree_release(limen_mean_tree *tree)
{
    limen_delete(&tree->allocator, tree->nodes, 2 * (size_t)tree->leaves, sizeof *tree->nodes);
    *tree = (limen_mean_tree){.nodes = NULL};
}

static limen_mean_node leaf_of(limen_ratio ratio, double weight, double violation,
                               limen_zero_division policy)
{
    limen_mean_node leaf = {.violation = violation};

    if (weight == 0.0)
        return leaf;
    if (ratio.defined || policy != LIMEN_SKIP)
        leaf.weight = weight;
    if (ratio.defined)
        leaf.total = weight * ratio.value;
    else if (policy == LIMEN_ONE)
        leaf.total = weight;
    leaf.ratios = ratio.defined;
    leaf.blank = !ratio.defined && policy == LIMEN_NAN;
    return leaf;
}

void limen_mean_tree_set(limen_mean_tree *tree, int64_t label, limen_ratio ratio, double weight,
                         double violation)
{
    limen_mean_node *nodes = tree->nodes;
    int64_t i = tree->leaves + label;
    limen_mean_node before = nodes[i], now = leaf_of(ratio, weight, violation, tree->policy);

    nodes[i] = now;
    /* Mostly the value alone is another one. */
    if (now.weight == before.weight && now.violation == before.violation &&
        now.ratios == before.ratios && now.blank == before.blank) {
        for (i /= 2; i > 0; i /= 2)
            nodes[i].total = nodes[2 * i].total + nodes[2 * i + 1].total;
        return;
    }
    for (i /= 2; i > 0; i /= 2) {
        const limen_mean_node *a = &nodes[2 * i], *b = &nodes[2 * i + 1];

        nodes[i] = (limen_mean_node){.total = a->total + b->total,
                                     .weight = a->weight + b->weight,
                                     .violation = fmax(a->violation, b->violation),
                                     .ratios = a->ratios + b->ratios,
                                     .blank = a->blank + b->blank};
    }
}

limen_ratio limen_mean_tree_value(const limen_mean_tree *tree)
{
    const limen_mean_node *root = &tree->nodes[1];

    if (root->blank || !root->ratios)
        return (limen_ratio){0.0, 0};
    return limen_ratio_of(root->total, root->weight);
}
