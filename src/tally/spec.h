/* The specification of a tally: checked once, defaults filled in. */
#ifndef LIMEN_TALLY_SPEC_H
#define LIMEN_TALLY_SPEC_H

#include "limen.h"

/* Copies as much of a caller's struct as it and we have: fields that it lacks are 0, and fields
 * that we lack must be 0. `what` is for the message. */
limen_status limen_copy_sized(void *to, size_t size, const void *from, const char *what,
                              limen_error *error);

/* A checked copy of `given` with defaults filled in. thresholds and bin_edges still point to the
 * caller's memory, and threshold_count is still what was given. Errors: ARGUMENT, OVERFLOW. */
limen_status limen_spec_resolve(const limen_spec *given, limen_spec *spec, limen_error *error);

/* CONFIG, naming the first field that differs, unless tallies of the two may be merged. Both are
 * those of tallies. */
limen_status limen_spec_compare(const limen_spec *into, const limen_spec *from, limen_error *error);

#endif
