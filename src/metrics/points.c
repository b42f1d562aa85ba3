/* The points of a curve, for who draws it. */
#include "metrics/curve.h"
#include "metrics/thin.h"
#include "tally/spec.h"

#define STEPS 256
#define FIRST_ROOM 1024

struct limen_curve {
    limen_allocator allocator;
    limen_curve_info info;
    limen_curve_point *points;
    int64_t room;
};

/* A curve that grows point by point: the last one is dropped when the next shows that it is not
 * needed. */
struct growth {
    limen_curve *curve;
    limen_thin thin;
    int64_t first;            /* the points up to this one stay */
    limen_curve_point before; /* what the last point is held against, with the next one */
};

static limen_status make_room(limen_curve *curve, limen_error *error)
{
    int64_t room = curve->room ? 2 * curve->room : FIRST_ROOM;
    limen_curve_point *points;

    if (curve->info.count < curve->room)
        return LIMEN_OK;
    points = limen_resize(&curve->allocator, curve->points, (size_t)curve->room, (size_t)room,
                          sizeof *points);
    if (!points)
        return limen_fail_memory(error, (size_t)room * sizeof *points);
    curve->points = points;
    curve->room = room;
    return LIMEN_OK;
}

static limen_status add_point(struct growth *growth, limen_curve_point point, limen_error *error)
{
    limen_curve *curve = growth->curve;
    int64_t last = curve->info.count - 1;
    limen_status status;

    curve->info.cuts++;
    if (last > growth->first &&
        limen_curve_redundant(curve->info.kind, growth->thin, &growth->before, &curve->points[last],
                              &point)) {
        /* Equal steps are those from cut to cut, a line goes from kept point to kept point. */
        if (growth->thin == LIMEN_THIN_EQUAL)
            growth->before = curve->points[last];
        curve->points[last] = point;
        return LIMEN_OK;
    }
    status = make_room(curve, error);
    if (status != LIMEN_OK)
        return status;
    if (last >= 0)
        growth->before = curve->points[last];
    curve->points[curve->info.count++] = point;
    return LIMEN_OK;
}

static limen_status add_steps(struct growth *growth, limen_sweep *sweep, limen_error *error)
{
    limen_sum tp = {0.0, 0.0}, fp = {0.0, 0.0};
    limen_step steps[STEPS];
    size_t count;

    while ((count = limen_sweep_next(sweep, steps, STEPS)) > 0) {
        for (size_t i = 0; i < count; i++) {
            double threshold = limen_sweep_threshold(sweep, &steps[i]);
            limen_curve_point point;
            limen_status status;

            if (sweep->tally->bin_edges && !sweep->from_scores && steps[i].place == 0)
                continue; /* below the lowest edge */
            limen_sum_add(&tp, steps[i].positives);
            limen_sum_add(&fp, steps[i].negatives);
            point = (limen_curve_point){limen_curve_threshold(sweep->tally, threshold),
                                        limen_sum_of(&tp), limen_sum_of(&fp)};
            status = add_point(growth, point, error);
            if (status != LIMEN_OK)
                return status;
        }
    }
    return LIMEN_OK;
}

static limen_status reduce(limen_curve *curve, int64_t most, limen_error *error)
{
    limen_curve_line line = {curve->info.kind, curve->info.positives, curve->info.negatives,
                             curve->points, curve->info.count};
    limen_status status;

    if (most == 0 || most >= curve->info.count)
        return LIMEN_OK;
    status = limen_curve_reduce(&line, most, &curve->allocator, &curve->info.error, error);
    curve->info.count = line.count;
    return status;
}

static limen_status build(limen_curve *curve, const limen_tally *tally,
                          const limen_curve_options *options, limen_error *error)
{
    struct growth growth = {.curve = curve, .thin = options->thin};
    limen_score_query query = {options->group, options->label};
    limen_sweep sweep;
    limen_status status = limen_sweep_open(tally, &query, &sweep, error);

    if (status != LIMEN_OK)
        return status;
    curve->info.kind = options->kind;
    curve->info.positives = sweep.positives;
    curve->info.negatives = sweep.negatives;
    if (options->kind == LIMEN_CURVE_ROC) {
        /* scikit-learn adds this one when it has thinned the others, so the first cut stays too. */
        growth.first = options->thin == LIMEN_THIN_EQUAL;
        status = add_point(&growth, (limen_curve_point){INFINITY, 0.0, 0.0}, error);
    }
    if (status == LIMEN_OK)
        status = add_steps(&growth, &sweep, error);
    limen_sweep_close(&sweep);
    if (status == LIMEN_OK)
        status = reduce(curve, options->points, error);
    return status;
}

static limen_status check(const limen_tally *tally, const limen_curve_options *options,
                          limen_error *error)
{
    if (!(tally->spec.states & (LIMEN_SCORES | LIMEN_HISTOGRAM)))
        return limen_fail(error, LIMEN_ERR_STATE,
                          "curves need a tally that keeps scores or histogram");
    if ((unsigned)options->kind > LIMEN_CURVE_PR)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "kind is %d: give ROC or PR",
                          (int)options->kind);
    if ((unsigned)options->thin > LIMEN_THIN_COLLINEAR)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "thin is %d, which is none",
                          (int)options->thin);
    if (options->group < -1 || options->group >= limen_tally_groups(tally))
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "group is %lld: the tally has %lld",
                          (long long)options->group, (long long)limen_tally_groups(tally));
    if (options->label < -1 || options->label >= tally->spec.width)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "label is %lld: the tally has %lld",
                          (long long)options->label, (long long)tally->spec.width);
    if (options->points < 0 || options->points == 1)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "points is %lld: a curve has at least 2; 0 means all",
                          (long long)options->points);
    return LIMEN_OK;
}

limen_status limen_curve_create(const limen_tally *tally, const limen_curve_options *options,
                                const limen_allocator *allocator, limen_curve **curve,
                                limen_error *error)
{
    limen_allocator memory = limen_allocator_or_default(allocator);
    limen_curve_options known = {.size = sizeof known, .group = -1, .label = -1};
    limen_curve *made;
    limen_status status = LIMEN_OK;

    if (options)
        status = limen_copy_sized(&known, sizeof known, options, "options", error);
    if (status == LIMEN_OK)
        status = check(tally, &known, error);
    if (status != LIMEN_OK)
        return status;
    made = limen_new(&memory, 1, sizeof *made);
    if (!made)
        return limen_fail_memory(error, sizeof *made);
    made->allocator = memory;
    made->info.size = sizeof made->info;
    status = build(made, tally, &known, error);
    if (status != LIMEN_OK) {
        limen_curve_destroy(made);
        return status;
    }
    *curve = made;
    return LIMEN_OK;
}

const limen_curve_info *limen_curve_describe(const limen_curve *curve)
{
    return &curve->info;
}

const limen_curve_point *limen_curve_points(const limen_curve *curve)
{
    return curve->points;
}

void limen_curve_destroy(limen_curve *curve)
{
    limen_allocator memory;

    if (!curve)
        return;
    memory = curve->allocator;
    limen_delete(&memory, curve->points, (size_t)curve->room, sizeof *curve->points);
    limen_delete(&memory, curve, 1, sizeof *curve);
}
