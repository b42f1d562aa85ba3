/* limen._core.Tally, and the reading of a spec that it shares with the functions. */
#ifndef LIMEN_PYTHON_TALLY_H
#define LIMEN_PYTHON_TALLY_H

#include "core.h"
#include "ingest.h"

/* Count arrays of another library, kept alive and in place as long as a tally adds into them. */
enum { ATTACHED_ARRAYS = 5 };
typedef struct limen_attached {
    limen_tensor tensors[ATTACHED_ARRAYS];
    limen_count_arrays counts;
} limen_attached;

/* int64 memory of `count` elements, packed, writable, held by *tensor, which is to be released;
 * None is an absent array. */
int limen_counts_take(limen_module *module, PyObject *object, const char *name, int64_t count,
                      limen_tensor *tensor, int64_t **out);

/* arrays: (tp, fp, tn, fn, confusion), each None or int64. Zero *out before; release (which frees
 * it) also after a failure. */
int limen_attached_take(limen_module *module, const limen_spec *spec, PyObject *arrays,
                        limen_attached *out);
void limen_attached_release(limen_attached *attached);

typedef struct limen_tally_object {
    PyObject_HEAD limen_tally *tally;
    limen_attached *attached; /* or NULL */
    int busy;                 /* a call is under way */
} limen_tally_object;

/* Claims the tally for one call; -1 with an exception. */
int limen_tally_enter(limen_tally_object *self);
void limen_tally_leave(limen_tally_object *self);

/* limen_tally_update, without the interpreter lock where that pays; numbers rows in errors from the
 * tally's first sample. */
limen_status limen_tally_add(limen_tally *tally, limen_batch *batch, limen_error *error);

/* A spec with the memory that its pointers point to. Zero before use. */
typedef struct limen_owned_spec {
    limen_spec spec;
    double *thresholds;
    double *bin_edges;
} limen_owned_spec;

/* The keyword arguments that make a spec, in the order of limen_spec_names. */
enum {
    SPEC_TASK,
    SPEC_WIDTH,
    SPEC_THRESHOLDS,
    SPEC_KEEP,
    SPEC_RULE,
    SPEC_NAN,
    SPEC_LOGITS,
    SPEC_WEIGHTED,
    SPEC_IGNORE_INDEX,
    SPEC_TOP_K,
    SPEC_GROUPS,
    SPEC_BINS,
    SPEC_BIN_EDGES,
    SPEC_CALIBRATION_BINS,
    SPEC_BETA,
    SPEC_THREADS,
    SPEC_ARGUMENTS
};
extern const char *const limen_spec_names[SPEC_ARGUMENTS];

/* values as limen_arguments gives them. 0, or -1 with an exception; release in either case. */
int limen_spec_take(limen_module *module, PyObject *const *values, limen_owned_spec *out);
void limen_spec_release(limen_owned_spec *spec);

/* Options of limen_compute and limen_metric_values. */
typedef struct limen_owned_options {
    limen_compute_options options;
    const char **metrics;
    const char **labels;
    PyObject *metrics_owner, *labels_owner;
} limen_owned_options;

enum {
    OPTION_METRICS,
    OPTION_LABELS,
    OPTION_ZERO_DIVISION,
    OPTION_KAPPA_WEIGHTS,
    OPTION_MULTICLASS,
    OPTION_NORMALIZE,
    OPTION_BETA,
    OPTION_COST,
    OPTION_PT,
    OPTION_MAX_FPR,
    OPTION_FPR_RANGE,
    OPTION_FLOOR,
    OPTION_SQUARED,
    OPTION_ARGUMENTS
};
extern const char *const limen_option_names[OPTION_ARGUMENTS];

/* 0, 1, nan or "skip"; NULL and None leave *out as it is. */
int limen_take_zero_division(PyObject *value, limen_zero_division *out);

/* width: how many labels there must be. */
int limen_options_take(limen_module *module, PyObject *const *values, int64_t width,
                       limen_owned_options *out);
void limen_options_release(limen_owned_options *options);

/* A batch from Python objects, with what keeps it alive. Zero before use. */
typedef struct limen_owned_batch {
    limen_batch batch;
    limen_tensor tensors[4]; /* scores, targets, weights, groups */
} limen_owned_batch;

/* Of the spec, the task says which axes there are; an Arrow null is NaN in scores, and in targets
 * the spec's ignore_index, or an error without one. */
int limen_batch_take(limen_module *module, const limen_spec *spec, PyObject *scores,
                     PyObject *targets, PyObject *weights, PyObject *groups,
                     limen_owned_batch *out);
void limen_batch_release(limen_owned_batch *batch);

/* edges.c: edge_counts(group), add_edge_counts(confusion). */
PyObject *limen_tally_method_edge_counts(PyObject *object, PyTypeObject *type,
                                         PyObject *const *args, size_t nargs, PyObject *kwnames);
PyObject *limen_tally_method_add_edge_counts(PyObject *object, PyTypeObject *type,
                                             PyObject *const *args, size_t nargs,
                                             PyObject *kwnames);

/* serialize.c: to_bytes(), from_bytes(data), __reduce__(), save(path), load(path), labels. */
PyObject *limen_tally_method_to_bytes(PyObject *object, PyObject *unused);
PyObject *limen_tally_method_from_bytes(PyObject *class, PyTypeObject *type, PyObject *const *args,
                                        size_t nargs, PyObject *kwnames);
PyObject *limen_tally_method_reduce(PyObject *object, PyObject *unused);
PyObject *limen_tally_method_save(PyObject *object, PyObject *path);
PyObject *limen_tally_method_load(PyObject *class, PyTypeObject *type, PyObject *const *args,
                                  size_t nargs, PyObject *kwnames);
PyObject *limen_tally_get_labels(PyObject *object, void *unused);
int limen_tally_set_labels_attribute(PyObject *object, PyObject *value, void *unused);

/* The Tally type, made for a module. */
PyObject *limen_tally_type(PyObject *module);

#endif
