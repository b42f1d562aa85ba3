#include "metrics/curve.h"

#define STEPS 256

/* Steps one at a time, with what has been passed so far. */
struct walk {
    limen_sweep *sweep;
    limen_step steps[STEPS];
    size_t used, count;
    limen_sum tp_sum, fp_sum;
    const limen_step *step; /* the present one */
    double tp, fp;          /* with it */
    double tp_before, fp_before;
};

static void walk_start(struct walk *walk, limen_sweep *sweep)
{
    walk->sweep = sweep;
    walk->used = walk->count = 0;
    walk->tp_sum = walk->fp_sum = (limen_sum){0.0, 0.0};
    walk->tp = walk->fp = walk->tp_before = walk->fp_before = 0.0;
    limen_sweep_rewind(sweep);
}

static int walk_next(struct walk *walk)
{
    if (walk->used == walk->count) {
        walk->used = 0;
        walk->count = limen_sweep_next(walk->sweep, walk->steps, STEPS);
        if (walk->count == 0)
            return 0;
    }
    walk->step = &walk->steps[walk->used++];
    walk->tp_before = walk->tp;
    walk->fp_before = walk->fp;
    limen_sum_add(&walk->tp_sum, walk->step->positives);
    limen_sum_add(&walk->fp_sum, walk->step->negatives);
    walk->tp = limen_sum_of(&walk->tp_sum);
    walk->fp = limen_sum_of(&walk->fp_sum);
    return 1;
}

static int lacks_class(const limen_sweep *sweep)
{
    return sweep->positives == 0.0 || sweep->negatives == 0.0;
}

static const limen_ratio undefined = {0.0, 0};

/* tp on the straight line of the present step at `fp` false positives. */
static double tp_at(const struct walk *walk, double fp)
{
    double share = (fp - walk->fp_before) / (walk->fp - walk->fp_before);

    return walk->tp_before + share * (walk->tp - walk->tp_before);
}

limen_ratio limen_curve_auroc(limen_sweep *sweep, const limen_compute_options *options)
{
    double limit = options->max_fpr * sweep->negatives;
    limen_sum area = {0.0, 0.0}; /* in counts */
    struct walk walk;
    double part, least;

    if (lacks_class(sweep))
        return undefined;
    walk_start(&walk, sweep);
    while (walk_next(&walk)) {
        if (options->max_fpr < 1.0 && walk.fp > limit) {
            limen_sum_add(&area,
                          (limit - walk.fp_before) * (walk.tp_before + tp_at(&walk, limit)) / 2.0);
            break;
        }
        limen_sum_add(&area, walk.step->negatives * (walk.tp_before + walk.tp) / 2.0);
    }
    part = limen_sum_of(&area) / sweep->positives / sweep->negatives;
    if (options->max_fpr >= 1.0)
        return (limen_ratio){part, 1};
    least = options->max_fpr * options->max_fpr / 2.0;
    return (limen_ratio){0.5 * (1.0 + (part - least) / (options->max_fpr - least)), 1};
}

limen_ratio limen_curve_average_precision(limen_sweep *sweep, const limen_compute_options *options)
{
    limen_sum sum = {0.0, 0.0};
    struct walk walk;

    (void)options;
    if (sweep->positives == 0.0)
        return undefined;
    walk_start(&walk, sweep);
    while (walk_next(&walk)) {
        if (walk.step->positives > 0.0)
            limen_sum_add(&sum, walk.step->positives * (walk.tp / (walk.tp + walk.fp)));
    }
    return (limen_ratio){limen_sum_of(&sum) / sweep->positives, 1};
}

limen_ratio limen_curve_eer(limen_sweep *sweep, const limen_compute_options *options)
{
    double p = sweep->positives, n = sweep->negatives;
    double nearest = p * n; /* |fpr - fnr| in counts: at the cut that takes none */
    limen_ratio rate = {0.5, 1};
    struct walk walk;

    (void)options;
    if (lacks_class(sweep))
        return undefined;
    walk_start(&walk, sweep);
    while (walk_next(&walk)) {
        double gap = fabs(walk.fp * p - (p - walk.tp) * n);

        if (gap < nearest) {
            nearest = gap;
            rate.value = (walk.fp / n + (p - walk.tp) / p) / 2.0;
        }
    }
    return rate;
}

/* The trapezoid over log10(fpr) from one point to the next, within the range. */
limen_ratio limen_curve_log_auc(limen_sweep *sweep, const limen_compute_options *options)
{
    double low = options->fpr_low * sweep->negatives, high = options->fpr_high * sweep->negatives;
    limen_sum area = {0.0, 0.0};
    struct walk walk;

    if (lacks_class(sweep))
        return undefined;
    walk_start(&walk, sweep);
    while (walk_next(&walk) && walk.fp_before < high) {
        double from = walk.fp_before > low ? walk.fp_before : low;
        double to = walk.fp < high ? walk.fp : high;

        if (from < to)
            limen_sum_add(&area, log(to / from) * (tp_at(&walk, from) + tp_at(&walk, to)) / 2.0);
    }
    return (limen_ratio){limen_sum_of(&area) / sweep->positives / log(high / low), 1};
}

/* The best of one rate where another is at least a floor. */
struct best {
    int found;
    double value, tie; /* of equal values the greater tie wins, then the higher threshold */
    double threshold;
};

static void offer(struct best *best, const struct walk *walk, double value, double tie)
{
    if (best->found && (value < best->value || (value == best->value && tie <= best->tie)))
        return;
    *best = (struct best){1, value, tie, 0.0};
    best->threshold = walk->step ? limen_sweep_threshold(walk->sweep, walk->step) : INFINITY;
}

static struct best recall_at_precision(limen_sweep *sweep, double floor)
{
    struct best best = {0};
    struct walk walk;

    walk_start(&walk, sweep);
    while (sweep->positives > 0.0 && walk_next(&walk)) {
        double precision = walk.tp / (walk.tp + walk.fp);

        if (precision >= floor)
            offer(&best, &walk, walk.tp / sweep->positives, precision);
    }
    return best;
}

static struct best precision_at_recall(limen_sweep *sweep, double floor)
{
    struct best best = {0};
    struct walk walk;

    walk_start(&walk, sweep);
    while (sweep->positives > 0.0 && walk_next(&walk)) {
        double recall = walk.tp / sweep->positives;

        if (recall >= floor)
            offer(&best, &walk, walk.tp / (walk.tp + walk.fp), recall);
    }
    return best;
}

static struct best sensitivity_at_specificity(limen_sweep *sweep, double floor)
{
    struct best best = {0};
    struct walk walk;

    if (lacks_class(sweep))
        return best;
    walk_start(&walk, sweep);
    walk.step = NULL;
    offer(&best, &walk, 0.0, 0.0);
    while (walk_next(&walk)) {
        if ((sweep->negatives - walk.fp) / sweep->negatives >= floor)
            offer(&best, &walk, walk.tp / sweep->positives, 0.0);
    }
    return best;
}

static struct best specificity_at_sensitivity(limen_sweep *sweep, double floor)
{
    struct best best = {0};
    struct walk walk;

    if (lacks_class(sweep))
        return best;
    walk_start(&walk, sweep);
    while (walk_next(&walk)) {
        if (walk.tp / sweep->positives >= floor)
            offer(&best, &walk, (sweep->negatives - walk.fp) / sweep->negatives, 0.0);
    }
    return best;
}

double limen_curve_threshold(const limen_tally *tally, double threshold)
{
    const limen_spec *spec = &tally->spec;

    if (!spec->logits || spec->task == LIMEN_MULTICLASS)
        return threshold;
    return threshold >= 0.0 ? 1.0 / (1.0 + exp(-threshold))
                            : exp(threshold) / (1.0 + exp(threshold));
}

#define DEFINE_BEST(name)                                                                      \
    limen_ratio limen_curve_##name(limen_sweep *sweep, const limen_compute_options *options)   \
    {                                                                                          \
        struct best best = name(sweep, options->floor);                                        \
                                                                                               \
        return (limen_ratio){best.value, best.found};                                          \
    }                                                                                          \
                                                                                               \
    limen_ratio limen_curve_##name##_threshold(limen_sweep *sweep,                             \
                                               const limen_compute_options *options)           \
    {                                                                                          \
        struct best best = name(sweep, options->floor);                                        \
                                                                                               \
        return (limen_ratio){limen_curve_threshold(sweep->tally, best.threshold), best.found}; \
    }

DEFINE_BEST(recall_at_precision)
DEFINE_BEST(precision_at_recall)
DEFINE_BEST(sensitivity_at_specificity)
DEFINE_BEST(specificity_at_sensitivity)
