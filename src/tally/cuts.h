/* Thresholds made ready for the kernels.
 *
 * Both rules come down to one comparison, score >= cut, in the dtype of the scores:
 *     ge, t       cut = t rounded to the dtype (as a logit where the spec says so)
 *     gt, t       cut = the dtype's next value above that
 *     +inf        none: cut = NaN, which no score reaches (an infinite score would reach +inf)
 *     -inf        all: cut = -inf
 * gt at the greatest finite value gives +inf: only infinite scores, as it should. */
#ifndef LIMEN_TALLY_CUTS_H
#define LIMEN_TALLY_CUTS_H

#include "limen.h"

/* The threshold that is compared with: `threshold` through logit and rounding, as a double. */
double limen_effective_threshold(const limen_spec *spec, limen_dtype scores, double threshold);

/* The cut of it, as above. */
double limen_cut_of(const limen_spec *spec, limen_dtype scores, double threshold);

/* Writes the cuts (multiclass: offsets) of `count` thresholds as limen_cut_dtype(scores). */
void limen_cuts_write(const limen_spec *spec, limen_dtype scores, const double *thresholds,
                      int64_t count, void *cuts);

#endif
