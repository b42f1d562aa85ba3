/* Forms of metrics whose row stands in one file and whose arithmetic in another. */
#ifndef LIMEN_METRICS_FORMS_H
#define LIMEN_METRICS_FORMS_H

#include "metrics/metric.h"

/* samples.c: sums over samples. */
limen_sample_total limen_samples_accuracy(const limen_sample_sums *sums);
limen_sample_total limen_samples_precision(const limen_sample_sums *sums);
limen_sample_total limen_samples_recall(const limen_sample_sums *sums);
limen_sample_total limen_samples_fbeta(const limen_sample_sums *sums);
limen_sample_total limen_samples_jaccard(const limen_sample_sums *sums);
limen_sample_total limen_samples_hamming(const limen_sample_sums *sums);

/* confusion.c: one number of all classes. They follow from the true, predicted and right samples of
 * each class, so COUNTS are enough; only kappa with weights needs the matrix itself. */
#define LIMEN_WHOLE_FORM(name)                                                  \
    limen_status name(const limen_tally *tally, int64_t set, int64_t group,     \
                      const limen_compute_options *options, limen_ratio *value, \
                      limen_error *error)

LIMEN_WHOLE_FORM(limen_multiclass_accuracy);
LIMEN_WHOLE_FORM(limen_multiclass_balanced_accuracy);
LIMEN_WHOLE_FORM(limen_multiclass_mcc);
LIMEN_WHOLE_FORM(limen_multiclass_kappa);
LIMEN_WHOLE_FORM(limen_whole_hamming_loss);

/* With t true and p predicted samples of a class and n in all: sums over classes. */
typedef struct limen_class_sums {
    double samples, right;
    double tp_products; /* t p */
    double tt, pp;      /* t^2, p^2 */
} limen_class_sums;

limen_ratio limen_mcc_of_classes(const limen_class_sums *sums);
limen_ratio limen_kappa_of_classes(const limen_class_sums *sums);

#endif
