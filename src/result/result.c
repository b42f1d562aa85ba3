/* The tree lives in an arena: blocks that are released together. While it is built the children of
 * a node are a list; finishing gives every node an index of its children. */
#include "result/result.h"

#include "core/memory.h"
#include "core/status.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES ((size_t)32 * 1024)

struct limen_node {
    const char *name;
    limen_node *next; /* sibling */
    union {
        struct {
            limen_node *first, *last;
            limen_node **children; /* `count` of them, once finished */
            int64_t count;
        } inner;
        struct {
            double number, low, high;
        } leaf;
        int64_t integer;
        const char *string;
    } as;
    unsigned char kind, defined, has_interval;
};

typedef struct arena_block {
    struct arena_block *previous;
    size_t capacity, used; /* bytes after this header */
} arena_block;

struct limen_result {
    limen_allocator allocator;
    arena_block *blocks;
    limen_node *root;
    limen_node **index;
    size_t nodes; /* but the root */
};

static void *arena_take(limen_result *result, size_t bytes)
{
    arena_block *block = result->blocks;
    size_t rounded = (bytes + 7) & ~(size_t)7;

    if (!block || block->capacity - block->used < rounded) {
        size_t capacity = rounded > BLOCK_BYTES ? rounded : BLOCK_BYTES;

        block = limen_new_raw(&result->allocator, sizeof *block + capacity, 1);
        if (!block)
            return NULL;
        *block = (arena_block){result->blocks, capacity, 0};
        result->blocks = block;
    }
    block->used += rounded;
    return (unsigned char *)(block + 1) + (block->used - rounded);
}

static const char *arena_string(limen_result *result, const char *string)
{
    size_t bytes = strlen(string) + 1;
    char *copy = bytes > 1 ? arena_take(result, bytes) : NULL;

    if (bytes == 1)
        return "";
    return copy ? memcpy(copy, string, bytes) : NULL;
}

static limen_node *new_node(limen_result *result, const char *name, limen_node_kind kind)
{
    limen_node *node = arena_take(result, sizeof *node);
    const char *copy = node ? arena_string(result, name ? name : "") : NULL;

    if (!copy)
        return NULL;
    *node = (limen_node){.name = copy, .kind = (unsigned char)kind, .defined = 1};
    return node;
}

static int is_inner(const limen_node *node)
{
    return node->kind == LIMEN_NODE_OBJECT || node->kind == LIMEN_NODE_ARRAY;
}

void limen_result_destroy(limen_result *result)
{
    limen_allocator allocator;

    if (!result)
        return;
    allocator = result->allocator;
    while (result->blocks) {
        arena_block *block = result->blocks;

        result->blocks = block->previous;
        limen_delete(&allocator, block, sizeof *block + block->capacity, 1);
    }
    limen_delete(&allocator, result->index, result->nodes, sizeof(limen_node *));
    limen_delete(&allocator, result, 1, sizeof *result);
}

/* ---- Building ------------------------------------------------------------------------------ */

void limen_builder_start(limen_builder *builder, const limen_allocator *allocator)
{
    limen_allocator copy = limen_allocator_or_default(allocator);

    *builder = (limen_builder){.result = limen_new(&copy, 1, sizeof(limen_result))};
    if (!builder->result) {
        builder->failed = 1;
        return;
    }
    builder->result->allocator = copy;
    builder->result->root = new_node(builder->result, "", LIMEN_NODE_OBJECT);
    builder->failed = builder->result->root == NULL;
}

limen_node *limen_builder_root(limen_builder *builder)
{
    return builder->failed ? NULL : builder->result->root;
}

static limen_node *add_node(limen_builder *builder, limen_node *parent, const char *name,
                            limen_node_kind kind)
{
    limen_node *node;

    if (builder->failed || !parent)
        return NULL;
    node = new_node(builder->result, name, kind);
    if (!node) {
        builder->failed = 1;
        return NULL;
    }
    if (parent->as.inner.last)
        parent->as.inner.last->next = node;
    else
        parent->as.inner.first = node;
    parent->as.inner.last = node;
    parent->as.inner.count++;
    builder->result->nodes++;
    return node;
}

limen_node *limen_add_object(limen_builder *builder, limen_node *parent, const char *name)
{
    return add_node(builder, parent, name, LIMEN_NODE_OBJECT);
}

limen_node *limen_add_array(limen_builder *builder, limen_node *parent, const char *name)
{
    return add_node(builder, parent, name, LIMEN_NODE_ARRAY);
}

limen_node *limen_add_number(limen_builder *builder, limen_node *parent, const char *name,
                             double value, int defined)
{
    limen_node *node = add_node(builder, parent, name, LIMEN_NODE_NUMBER);

    if (node) {
        node->as.leaf.number = value;
        node->defined = defined != 0;
    }
    return node;
}

limen_node *limen_add_integer(limen_builder *builder, limen_node *parent, const char *name,
                              int64_t value)
{
    limen_node *node = add_node(builder, parent, name, LIMEN_NODE_INTEGER);

    if (node)
        node->as.integer = value;
    return node;
}

limen_node *limen_add_string(limen_builder *builder, limen_node *parent, const char *name,
                             const char *value)
{
    limen_node *node = add_node(builder, parent, name, LIMEN_NODE_STRING);

    if (!node)
        return NULL;
    node->as.string = arena_string(builder->result, value);
    builder->failed = node->as.string == NULL;
    return builder->failed ? NULL : node;
}

limen_node *limen_add_boolean(limen_builder *builder, limen_node *parent, const char *name,
                              int value)
{
    limen_node *node = add_node(builder, parent, name, LIMEN_NODE_BOOLEAN);

    if (node)
        node->as.integer = value != 0;
    return node;
}

void limen_node_set_interval(limen_node *node, double low, double high)
{
    if (!node || node->kind != LIMEN_NODE_NUMBER)
        return;
    node->as.leaf.low = low;
    node->as.leaf.high = high;
    node->has_interval = 1;
}

/* Breadth first, so the index itself is the queue: a node's children stand together in it. */
static void index_children(limen_result *result)
{
    limen_node *node = result->root;
    size_t end = 0;

    for (size_t at = 0;; node = result->index[at++]) {
        if (is_inner(node)) {
            node->as.inner.children = result->index + end;
            for (limen_node *child = node->as.inner.first; child; child = child->next)
                result->index[end++] = child;
        }
        if (at == result->nodes)
            return;
    }
}

limen_status limen_builder_finish(limen_builder *builder, limen_result **result, limen_error *error)
{
    limen_result *tree = builder->result;

    if (!builder->failed) {
        tree->index = limen_new(&tree->allocator, tree->nodes, sizeof(limen_node *));
        builder->failed = tree->index == NULL;
    }
    if (builder->failed) {
        limen_builder_cancel(builder);
        return limen_fail_memory(error, 0);
    }
    index_children(tree);
    *result = tree;
    builder->result = NULL;
    return LIMEN_OK;
}

void limen_builder_cancel(limen_builder *builder)
{
    limen_result_destroy(builder->result);
    builder->result = NULL;
    builder->failed = 1;
}

/* ---- Reading ------------------------------------------------------------------------------- */

const limen_node *limen_result_root(const limen_result *result)
{
    return result->root;
}

limen_node_kind limen_node_type(const limen_node *node)
{
    return (limen_node_kind)node->kind;
}

const char *limen_node_name(const limen_node *node)
{
    return node->name;
}

int64_t limen_node_count(const limen_node *node)
{
    return is_inner(node) ? node->as.inner.count : 0;
}

const limen_node *limen_node_at(const limen_node *node, int64_t index)
{
    if (index < 0 || index >= limen_node_count(node))
        return NULL;
    return node->as.inner.children[index];
}

static const limen_node *child_named(const limen_node *node, const char *name, size_t length)
{
    for (int64_t i = 0; i < limen_node_count(node); i++) {
        const limen_node *child = node->as.inner.children[i];

        if (strncmp(child->name, name, length) == 0 && child->name[length] == '\0')
            return child;
    }
    return NULL;
}

static const limen_node *child_numbered(const limen_node *node, const char *digits, size_t length)
{
    int64_t index = 0;

    if (length == 0 || length > 18)
        return NULL;
    for (size_t i = 0; i < length; i++) {
        if (digits[i] < '0' || digits[i] > '9')
            return NULL;
        index = index * 10 + (digits[i] - '0');
    }
    return limen_node_at(node, index);
}

const limen_node *limen_node_find(const limen_node *node, const char *path)
{
    while (node && *path) {
        size_t length = strcspn(path, ".");

        node = node->kind == LIMEN_NODE_ARRAY ? child_numbered(node, path, length)
                                              : child_named(node, path, length);
        path += length;
        if (*path == '.')
            path++;
    }
    return node;
}

double limen_node_number(const limen_node *node)
{
    switch (node->kind) {
    case LIMEN_NODE_NUMBER:
        return node->as.leaf.number;
    case LIMEN_NODE_INTEGER:
    case LIMEN_NODE_BOOLEAN:
        return (double)node->as.integer;
    default:
        return (double)NAN;
    }
}

const char *limen_node_string(const limen_node *node)
{
    return node->kind == LIMEN_NODE_STRING ? node->as.string : NULL;
}

int limen_node_defined(const limen_node *node)
{
    return node->defined;
}

int limen_node_interval(const limen_node *node, double *low, double *high)
{
    if (!node->has_interval)
        return 0;
    *low = node->as.leaf.low;
    *high = node->as.leaf.high;
    return 1;
}
