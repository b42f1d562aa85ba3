/* What the readers of thresholds share. */
#ifndef LIMEN_IO_THRESHOLDS_H
#define LIMEN_IO_THRESHOLDS_H

#include "io/names.h"
#include "limen_io.h"

struct limen_thresholds {
    limen_allocator allocator;
    limen_thresholds_info info;
    double *values;      /* width */
    double *cost_matrix; /* width x width, or NULL */
    limen_names names;   /* of the file */
};

/* What thresholds are for: the labels of the data, which may have no names. */
typedef struct limen_threshold_target {
    int64_t width;
    const char *const *labels;
} limen_threshold_target;

/* "label 3" or "label joy", for messages. */
void limen_threshold_label(const limen_threshold_target *target, int64_t index, char *text,
                           size_t size);

/* The index of a label by name (without names: by its number), or -1. */
int64_t limen_threshold_find(const limen_threshold_target *target, const char *name);

/* Memory for `width` values. */
limen_status limen_thresholds_size(limen_thresholds *thresholds, int64_t width, limen_error *error);

/* A limen-thresholds file into thresholds that have been sized, or with a target of width 0, which
 * gets the file's. */
limen_status limen_thresholds_read_json(limen_thresholds *thresholds, const char *path,
                                        limen_threshold_target *target, limen_error *error);

#endif
