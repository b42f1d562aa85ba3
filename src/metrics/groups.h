/* Rates of one group of samples against another. */
#ifndef LIMEN_METRICS_GROUPS_H
#define LIMEN_METRICS_GROUPS_H

#include "metrics/average.h"

/* One block of labels, each by itself, and all labels pooled, of a row that has from_groups. */
void limen_groups_block(const limen_metric_row *row, const limen_tally *tally, int64_t set,
                        int64_t first, int64_t labels, limen_ratio *ratios);
limen_ratio limen_groups_pooled(const limen_metric_row *row, const limen_tally *tally, int64_t set);

#endif
