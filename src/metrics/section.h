/* The parts of a report. */
#ifndef LIMEN_METRICS_SECTION_H
#define LIMEN_METRICS_SECTION_H

#include "metrics/average.h"
#include "result/result.h"

/* What every part of a report needs. */
typedef struct limen_report_work {
    const limen_tally *tally;
    limen_compute_options options; /* filled in */
    limen_allocator allocator;
    limen_builder builder;
    int asked; /* the metrics were named, not the table's defaults */

    const limen_metric_row **rows; /* of the report, in order */
    int64_t row_count, row_capacity;

    /* Scratch of the section at hand. */
    uint32_t *forms;     /* row_count: limen_average bits that are shown */
    limen_ratio *cells;  /* row_count x width: per-label values */
    limen_ratio *values; /* row_count: values of one average */
    double *numbers;     /* width: thresholds, divisors */
} limen_report_work;

/* "0", "1", ... or the name that was given. `buffer` holds at least 24 characters. */
const char *limen_label_name(const limen_report_work *work, int64_t label, char *buffer);

/* Adds "labels", "averages", "metrics" and "confusion" to a set's object, for all samples (group
 * -1) or one group. */
limen_status limen_section_add(limen_report_work *work, limen_node *parent, int64_t set,
                               int64_t group, limen_error *error);

/* Adds "notes": what rounding did to thresholds, and how to read the numbers given these data. */
limen_status limen_notes_add(limen_report_work *work, limen_node *parent, int64_t set,
                             limen_error *error);

#endif
