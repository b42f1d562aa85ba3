/* The state LIMEN_CALIBRATION: what probabilities promise against what happened, of each label (or
 * class against the rest), and for multiclass of the predicted class of each sample.
 *
 * Scores are probabilities from 0 to 1, or logits where spec.logits: then the sigmoid of each is
 * taken, or for multiclass the softmax of a row. A NaN that spec.nan lets in is probability 0.
 *
 * spec.calibration_bins of equal width lie on [0, 1), and one more holds what is exactly 1, as in
 * torchmetrics. */
#ifndef LIMEN_TALLY_CALIBRATION_H
#define LIMEN_TALLY_CALIBRATION_H

#include "tally/state.h"

/* In place of a label: the predicted class of a multiclass tally, with its probability. */
#define LIMEN_TOP_LABEL (-2)

typedef struct limen_calibration_bin {
    double weight;     /* cells, or the sum of their weights */
    double confidence; /* sum of probabilities */
    double positives;  /* those that are true */
} limen_calibration_bin;

/* Sums over the cells of a label. For LIMEN_TOP_LABEL: over samples; squares over all classes. */
typedef struct limen_calibration_sums {
    double weight, positives;
    double squares;  /* of probability - truth */
    double log_loss; /* - log of the probability of what is true, kept away from 0 and 1 by the
                        epsilon of the scores' dtype, as scikit-learn does (2^-23 for float32, 2^-52
                        for all others and for logits) */
} limen_calibration_sums;

/* Bins of a label, the one for exactly 1 included. */
int64_t limen_calibration_bins(const limen_tally *tally);

/* label -1 pools all labels, group -1 all groups. `bins` has limen_calibration_bins elements and
 * may be NULL. */
void limen_calibration_read(const limen_tally *tally, int64_t group, int64_t label,
                            limen_calibration_sums *sums, limen_calibration_bin *bins);

#endif
