/* The state LIMEN_HINGE: how far scores fall short of a margin of 1, linear and squared. Scores are
 * taken as they are: margins, logits or probabilities.
 *
 * A label (or a class against the rest) loses max(0, 1 - score) where it is true and max(0, 1 +
 * score) where it is not. Multiclass keeps beside that the loss of Crammer and Singer (2001):
 * max(0, 1 - (score of the true class - greatest other score)). */
#ifndef LIMEN_TALLY_HINGE_H
#define LIMEN_TALLY_HINGE_H

#include "tally/state.h"

/* In place of a label: the loss of Crammer and Singer. */
#define LIMEN_CRAMMER_SINGER (-2)

typedef struct limen_hinge_sums {
    double weight, positives;
    double linear, squared;
} limen_hinge_sums;

/* label -1 pools all labels, group -1 all groups. */
void limen_hinge_read(const limen_tally *tally, int64_t group, int64_t label,
                      limen_hinge_sums *sums);

#endif
