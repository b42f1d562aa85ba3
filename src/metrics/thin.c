#include "metrics/thin.h"

#include "core/memory.h"
#include "core/status.h"

#include <math.h>

void limen_curve_place(const limen_curve_line *line, const limen_curve_point *point, double *x,
                       double *y)
{
    double positives = line->positives > 0.0 ? line->positives : 1.0;
    double negatives = line->negatives > 0.0 ? line->negatives : 1.0;

    if (line->kind == LIMEN_CURVE_ROC) {
        *x = point->fp / negatives;
        *y = point->tp / positives;
    } else {
        *x = point->tp / positives;
        *y = point->tp + point->fp > 0.0 ? point->tp / (point->tp + point->fp) : 1.0;
    }
}

int limen_curve_redundant(limen_curve_kind kind, limen_thin thin, const limen_curve_point *before,
                          const limen_curve_point *middle, const limen_curve_point *after)
{
    double tp_in = middle->tp - before->tp, tp_out = after->tp - middle->tp;
    double fp_in = middle->fp - before->fp, fp_out = after->fp - middle->fp;

    if (thin == LIMEN_THIN_NONE)
        return 0;
    if (kind == LIMEN_CURVE_PR)
        return tp_in == 0.0 && tp_out == 0.0;
    if (thin == LIMEN_THIN_EQUAL)
        return tp_in == tp_out && fp_in == fp_out;
    return tp_in * fp_out == tp_out * fp_in;
}

/* Points between two that are kept: the one farthest from the line through these. */
struct stretch {
    int64_t first, last, farthest;
    double distance; /* squared; -1 when there is nothing between */
};

/* A binary heap, the worst stretch on top. */
struct heap {
    struct stretch *stretches;
    int64_t count;
};

static void push(struct heap *heap, struct stretch stretch)
{
    int64_t at = heap->count++;

    while (at > 0 && heap->stretches[(at - 1) / 2].distance < stretch.distance) {
        heap->stretches[at] = heap->stretches[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap->stretches[at] = stretch;
}

static struct stretch pop(struct heap *heap)
{
    struct stretch top = heap->stretches[0];
    struct stretch last = heap->stretches[--heap->count];
    int64_t at = 0;

    for (;;) {
        int64_t child = 2 * at + 1;

        if (child + 1 < heap->count &&
            heap->stretches[child + 1].distance > heap->stretches[child].distance)
            child++;
        if (child >= heap->count || heap->stretches[child].distance <= last.distance)
            break;
        heap->stretches[at] = heap->stretches[child];
        at = child;
    }
    heap->stretches[at] = last;
    return top;
}

/* Squared distance of (x, y) from the segment that starts at the origin and goes by (dx, dy). */
static double distance_from(double dx, double dy, double x, double y)
{
    double length = dx * dx + dy * dy;
    double along = length > 0.0 ? (x * dx + y * dy) / length : 0.0;

    along = along < 0.0 ? 0.0 : along > 1.0 ? 1.0 : along;
    x -= along * dx;
    y -= along * dy;
    return x * x + y * y;
}

static struct stretch measure(const limen_curve_line *line, int64_t first, int64_t last)
{
    struct stretch stretch = {first, last, first, -1.0};
    double x, y, to_x, to_y;

    limen_curve_place(line, &line->points[first], &x, &y);
    limen_curve_place(line, &line->points[last], &to_x, &to_y);
    for (int64_t i = first + 1; i < last; i++) {
        double point_x, point_y, distance;

        limen_curve_place(line, &line->points[i], &point_x, &point_y);
        distance = distance_from(to_x - x, to_y - y, point_x - x, point_y - y);
        if (distance > stretch.distance) {
            stretch.distance = distance;
            stretch.farthest = i;
        }
    }
    return stretch;
}

limen_status limen_curve_reduce(limen_curve_line *line, int64_t most, const limen_allocator *a,
                                double *distance, limen_error *error)
{
    struct heap heap = {limen_new_raw(a, (size_t)most, sizeof *heap.stretches), 0};
    unsigned char *kept = limen_new(a, (size_t)line->count, 1);
    int64_t count = 0;

    if (!heap.stretches || !kept) {
        limen_delete(a, heap.stretches, (size_t)most, sizeof *heap.stretches);
        limen_delete(a, kept, (size_t)line->count, 1);
        return limen_fail_memory(error, (size_t)line->count);
    }
    kept[0] = kept[line->count - 1] = 1;
    push(&heap, measure(line, 0, line->count - 1));
    for (int64_t points = 2; points < most && heap.stretches[0].distance > 0.0; points++) {
        struct stretch worst = pop(&heap);

        kept[worst.farthest] = 1;
        push(&heap, measure(line, worst.first, worst.farthest));
        push(&heap, measure(line, worst.farthest, worst.last));
    }
    *distance = heap.stretches[0].distance > 0.0 ? sqrt(heap.stretches[0].distance) : 0.0;
    for (int64_t i = 0; i < line->count; i++) {
        if (kept[i])
            line->points[count++] = line->points[i];
    }
    limen_delete(a, heap.stretches, (size_t)most, sizeof *heap.stretches);
    limen_delete(a, kept, (size_t)line->count, 1);
    line->count = count;
    return LIMEN_OK;
}
