#include "tune/hull.h"

#include "core/numeric.h"
#include "core/status.h"
#include "tune/exact.h"

#include <math.h>
#include <stdlib.h>

limen_status limen_hulls_make(const limen_allocator *allocator, int64_t width, limen_hulls *hulls,
                              limen_error *error)
{
    size_t count = (size_t)width + 1;
    int64_t *first = limen_new(allocator, count, sizeof *first);

    if (!first)
        return limen_fail_memory(error, count * sizeof *first);
    *hulls = (limen_hulls){.allocator = *allocator, .width = width, .first = first};
    return LIMEN_OK;
}

void limen_hulls_release(limen_hulls *hulls)
{
    limen_delete(&hulls->allocator, hulls->vertices, (size_t)hulls->capacity,
                 sizeof *hulls->vertices);
    limen_delete(&hulls->allocator, hulls->first, (size_t)hulls->width + 1, sizeof *hulls->first);
    *hulls = (limen_hulls){.first = NULL};
}

/* Order of a / b and c / d with b, d >= 0, by cross products. */
static int compare_ratios(double a, double b, double c, double d, int whole)
{
    double left = a * d, right = c * b;

    if (whole && fabs(left) >= 0x1p52) {
        limen_wide exact_left = (limen_wide)a * (limen_wide)d;
        limen_wide exact_right = (limen_wide)c * (limen_wide)b;

        return (exact_left > exact_right) - (exact_left < exact_right);
    }
    return (left > right) - (left < right);
}

int limen_edge_compare(const limen_edge *a, const limen_edge *b, int whole)
{
    return compare_ratios(b->tp, b->fp, a->tp, a->fp, whole);
}

/* ---- Building -------------------------------------------------------------------------------- */

/* The middle one of three vertices is on or under the line of the others. */
static int is_under(const limen_vertex *a, const limen_vertex *b, const limen_vertex *c, int whole)
{
    return compare_ratios(b->tp - a->tp, b->fp - a->fp, c->tp - b->tp, c->fp - b->fp, whole) <= 0;
}

/* Vertices come with fp and tp that never fall. */
static limen_status push(limen_hulls *hulls, int64_t start, const limen_vertex *vertex, int whole,
                         limen_error *error)
{
    limen_vertex *v;

    if (hulls->count == hulls->capacity) {
        int64_t capacity = hulls->capacity + hulls->capacity / 2 + 64;
        limen_vertex *moved = limen_resize(&hulls->allocator, hulls->vertices,
                                           (size_t)hulls->capacity, (size_t)capacity, sizeof *v);

        if (!moved)
            return limen_fail_memory(error, (size_t)capacity * sizeof *v);
        hulls->vertices = moved;
        hulls->capacity = capacity;
    }
    v = hulls->vertices;
    /* The same point again: the corner of a block without negatives, say. */
    if (hulls->count > start && v[hulls->count - 1].tp == vertex->tp &&
        v[hulls->count - 1].fp == vertex->fp)
        return LIMEN_OK;
    while (hulls->count - start >= 2 &&
           is_under(&v[hulls->count - 2], &v[hulls->count - 1], vertex, whole))
        hulls->count--;
    v[hulls->count++] = *vertex;
    return LIMEN_OK;
}

static int meets(const limen_aim *aim, int64_t label, const limen_ladder *ladder, int64_t index,
                 const limen_vertex *vertex)
{
    return limen_conditions_violation(aim->conditions, label, &ladder->totals, vertex->tp,
                                      vertex->fp) == 0.0 &&
           limen_ladder_cut(ladder, aim->rule, LIMEN_AT_SCORE, index).offered;
}

limen_status limen_hulls_add(limen_hulls *hulls, const limen_aim *aim, int64_t label,
                             const limen_ladder *ladder, int outer, limen_error *error)
{
    int whole = ladder->totals.whole;
    int64_t start = hulls->count;
    limen_vertex at = {0.0, 0.0, 0};
    limen_status status = LIMEN_OK;

    for (int64_t i = 0; i <= ladder->count && status == LIMEN_OK; i++) {
        const limen_block *block = i < ladder->count ? &ladder->blocks[i] : NULL;

        at.index = i;
        if (meets(aim, label, ladder, i, &at))
            status = push(hulls, start, &at, whole, error);
        if (!block)
            break;
        if (outer && status == LIMEN_OK && !limen_block_is_single(block) &&
            limen_conditions_bound(aim->conditions, label, &ladder->totals, at.tp, at.fp,
                                   block->positives, block->negatives) == 0.0) {
            limen_vertex corner = {at.tp + block->positives, at.fp, -1};

            status = push(hulls, start, &corner, whole, error);
        }
        at.tp += block->positives;
        at.fp += block->negatives;
    }
    if (status == LIMEN_OK)
        hulls->first[++hulls->labels] = hulls->count;
    return status;
}

/* ---- Merging --------------------------------------------------------------------------------- */

static int order_whole(const void *a, const void *b)
{
    int order = limen_edge_compare(a, b, 1);
    const limen_edge *left = a, *right = b;

    return order ? order : (left->vertex > right->vertex) - (left->vertex < right->vertex);
}

static int order_weighted(const void *a, const void *b)
{
    int order = limen_edge_compare(a, b, 0);
    const limen_edge *left = a, *right = b;

    return order ? order : (left->vertex > right->vertex) - (left->vertex < right->vertex);
}

int64_t limen_hulls_edges(const limen_hulls *hulls, int whole, limen_edge *edges)
{
    int64_t count = 0;

    for (int64_t label = 0; label < hulls->labels; label++) {
        for (int64_t i = hulls->first[label] + 1; i < hulls->first[label + 1]; i++) {
            const limen_vertex *v = &hulls->vertices[i];

            edges[count++] = (limen_edge){v->tp - v[-1].tp, v->fp - v[-1].fp, i, label};
        }
    }
    qsort(edges, (size_t)count, sizeof *edges, whole ? order_whole : order_weighted);
    return count;
}

/* ---- Prices ---------------------------------------------------------------------------------- */

/* tp - price * fp; no false positive is worth an infinite price. */
static double worth(double tp, double fp, double price)
{
    if (isinf(price))
        return fp > 0.0 ? -INFINITY : tp;
    return tp - price * fp;
}

static double slope(const limen_vertex *a, const limen_vertex *b)
{
    return b->fp > a->fp ? (b->tp - a->tp) / (b->fp - a->fp) : (double)INFINITY;
}

int limen_hull_may_gain(const limen_hulls *hulls, int64_t label, double tp, double fp, double low,
                        double high)
{
    const limen_vertex *v = hulls->vertices;
    int64_t first = hulls->first[label], last = hulls->first[label + 1] - 1;
    int64_t a = first, b = last;
    double best = -INFINITY, price, own;

    if (last < first)
        return 1;
    /* The point gains most at the slope of the edge that spans it: the last vertex not to its right
     * and the next one. */
    while (a < b) {
        int64_t middle = a + (b - a + 1) / 2;

        if (v[middle].fp <= fp)
            a = middle;
        else
            b = middle - 1;
    }
    price = a < last ? slope(&v[a], &v[a + 1]) : 0.0;
    if (v[a].fp == fp && price < low)
        price = fmin(low, a > first ? slope(&v[a - 1], &v[a]) : (double)INFINITY);
    price = fmin(fmax(price, low), high);
    own = worth(tp, fp, price);
    /* The best vertex at that price: where slopes pass it. */
    a = first, b = last;
    while (a < b) {
        int64_t middle = a + (b - a) / 2;

        if (slope(&v[middle], &v[middle + 1]) > price)
            a = middle + 1;
        else
            b = middle;
    }
    best = worth(v[a].tp, v[a].fp, price);
    return own >= best - 1e-9 * fmax(1.0, fabs(best));
}
