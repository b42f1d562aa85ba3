/* Names that a tally carries. */
#ifndef LIMEN_TALLY_LABELS_H
#define LIMEN_TALLY_LABELS_H

#include "tally/state.h"

void limen_labels_release(limen_tally *tally);

/* CONFIG, naming the first label that differs, when both tallies have names. */
limen_status limen_labels_compare(const limen_tally *into, const limen_tally *from,
                                  limen_error *error);

/* Bytes in a file, and to and from it. */
uint64_t limen_labels_size(const limen_tally *tally);
void limen_labels_pack(const limen_tally *tally, limen_packer *packer);
limen_status limen_labels_unpack(limen_tally *tally, limen_unpacker *bytes, limen_error *error);

#endif
