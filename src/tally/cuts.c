#include "tally/cuts.h"

#include "core/numeric.h"
#include "kernels/kernels.h"

double limen_effective_threshold(const limen_spec *spec, limen_dtype scores, double threshold)
{
    if (spec->logits && spec->task != LIMEN_MULTICLASS)
        threshold = limen_logit(threshold);
    return limen_round_to(scores, threshold);
}

double limen_cut_of(const limen_spec *spec, limen_dtype scores, double threshold)
{
    double effective = limen_effective_threshold(spec, scores, threshold);

    if (isinf(effective))
        return effective > 0 ? NAN : effective;
    return spec->rule == LIMEN_GT ? limen_next_up(scores, effective) : effective;
}

void limen_cuts_write(const limen_spec *spec, limen_dtype scores, const double *thresholds,
                      int64_t count, void *cuts)
{
    limen_dtype dtype = limen_cut_dtype(scores);

    if (dtype == LIMEN_NONE)
        return;
    for (int64_t i = 0; i < count; i++) {
        double cut = spec->task == LIMEN_MULTICLASS
                         ? limen_effective_threshold(spec, scores, thresholds[i])
                         : limen_cut_of(spec, scores, thresholds[i]);

        if (dtype == LIMEN_F64)
            ((double *)cuts)[i] = cut;
        else
            ((float *)cuts)[i] = (float)cut;
    }
}
