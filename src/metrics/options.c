#include "metrics/average.h"
#include "tally/spec.h"

#include <math.h>

static limen_status bad(limen_error *error, const char *field, const char *domain)
{
    return limen_fail(error, LIMEN_ERR_ARGUMENT, "%s is out of its range: give %s", field, domain);
}

static void set_default(double *field, double value)
{
    if (*field == 0.0)
        *field = value;
}

static limen_status check_ranges(const limen_compute_options *o, limen_error *error)
{
    if ((unsigned)o->zero_division > LIMEN_SKIP)
        return bad(error, "zero_division", "zero, one, nan or skip");
    if ((unsigned)o->kappa_weights > LIMEN_KAPPA_QUADRATIC)
        return bad(error, "kappa_weights", "none, linear or quadratic");
    if ((unsigned)o->multiclass > LIMEN_OVO)
        return bad(error, "multiclass", "ovr or ovo");
    if ((unsigned)o->normalize > LIMEN_NORMALIZE_ALL)
        return bad(error, "normalize", "none, true, pred or all");
    if (!(o->beta > 0.0) || isinf(o->beta))
        return bad(error, "beta", "a finite number above 0");
    if (!(o->pt > 0.0 && o->pt < 1.0))
        return bad(error, "pt", "a probability between 0 and 1");
    if (!(o->max_fpr > 0.0 && o->max_fpr <= 1.0))
        return bad(error, "max_fpr", "a rate above 0 and at most 1");
    if (!(o->fpr_low > 0.0 && o->fpr_low < o->fpr_high && o->fpr_high <= 1.0))
        return bad(error, "fpr_low", "two rates, 0 < fpr_low < fpr_high <= 1");
    if (!(o->floor > 0.0 && o->floor <= 1.0))
        return bad(error, "floor", "a rate above 0 and at most 1");
    for (int i = 0; i < 4; i++) {
        if (!isfinite(o->cost[i]))
            return bad(error, "cost", "four finite numbers");
    }
    if (o->metric_count < 0 || (o->metric_count > 0 && !o->metrics))
        return bad(error, "metric_count", "the number of names in metrics");
    return LIMEN_OK;
}

limen_status limen_options_fill(const limen_compute_options *options, limen_compute_options *filled,
                                limen_error *error)
{
    limen_compute_options copy = {.size = sizeof copy};

    if (options) {
        limen_status status = limen_copy_sized(&copy, sizeof copy, options, "options", error);

        if (status != LIMEN_OK)
            return status;
    }
    set_default(&copy.beta, 1.0);
    set_default(&copy.pt, 0.5);
    set_default(&copy.max_fpr, 1.0);
    set_default(&copy.floor, 0.5);
    if (copy.fpr_low == 0.0 && copy.fpr_high == 0.0) {
        copy.fpr_low = 0.001;
        copy.fpr_high = 0.1;
    }
    if (copy.cost[0] == 0.0 && copy.cost[1] == 0.0 && copy.cost[2] == 0.0 && copy.cost[3] == 0.0)
        copy.cost[1] = copy.cost[3] = 1.0;
    if (check_ranges(&copy, error) != LIMEN_OK)
        return LIMEN_ERR_ARGUMENT;
    *filled = copy;
    return LIMEN_OK;
}
