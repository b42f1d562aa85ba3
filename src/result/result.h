/* Building a result tree. The first failure (out of memory) sticks: later calls do nothing and take
 * NULL parents, and limen_builder_finish reports it. */
#ifndef LIMEN_RESULT_RESULT_H
#define LIMEN_RESULT_RESULT_H

#include "limen.h"

typedef struct limen_builder {
    limen_result *result;
    int failed;
} limen_builder;

/* Starts a tree whose root is an empty object. */
void limen_builder_start(limen_builder *builder, const limen_allocator *allocator);

/* The root, the parent of the first additions. */
limen_node *limen_builder_root(limen_builder *builder);

/* Each adds a child at the end of an object or array; name is copied, and "" (or NULL) in an array.
 */
limen_node *limen_add_object(limen_builder *builder, limen_node *parent, const char *name);
limen_node *limen_add_array(limen_builder *builder, limen_node *parent, const char *name);
limen_node *limen_add_number(limen_builder *builder, limen_node *parent, const char *name,
                             double value, int defined);
limen_node *limen_add_integer(limen_builder *builder, limen_node *parent, const char *name,
                              int64_t value);
limen_node *limen_add_string(limen_builder *builder, limen_node *parent, const char *name,
                             const char *value);
limen_node *limen_add_boolean(limen_builder *builder, limen_node *parent, const char *name,
                              int value);

/* An interval for a number node. */
void limen_node_set_interval(limen_node *node, double low, double high);

/* Hands over the tree, or releases it and fails. */
limen_status limen_builder_finish(limen_builder *builder, limen_result **result,
                                  limen_error *error);

/* Gives a tree up. */
void limen_builder_cancel(limen_builder *builder);

#endif
