/* What can be done with the arrays of any state of fixed size: reset, merge, write, read. */
#ifndef LIMEN_TALLY_KEPT_H
#define LIMEN_TALLY_KEPT_H

#include "tally/state.h"

/* The functions that a state with `kept` leaves out. */
void limen_kept_reset(const limen_tally *tally, const limen_state_ops *ops, void *state);
void limen_kept_merge(const limen_tally *tally, const limen_state_ops *ops, void *into,
                      const void *from);
double limen_kept_size(const limen_tally *tally, const limen_state_ops *ops);
void limen_kept_pack(const limen_tally *tally, const limen_state_ops *ops, const void *state,
                     limen_packer *packer);
limen_status limen_kept_unpack(const limen_tally *tally, const limen_state_ops *ops, void *state,
                               limen_unpacker *bytes, limen_error *error);

/* NULL, or what is wrong with the numbers of a state. */
const char *limen_kept_fault(const limen_tally *tally, const limen_state_ops *ops,
                             const void *state);

/* Whether a sum can have come from numbers that are not negative. */
int limen_sum_is_sound(const limen_sum *sum);

#endif
