/*
 * limen: turns classifier scores into decisions and measures them.
 *
 * The flow is one direction:
 *
 *     batch (scores, targets, weights, groups)  ->  tally  ->  metrics or tuning  ->  result tree
 *
 * A batch only describes memory that the caller owns. A tally holds the sums that every metric is a
 * function of; it is updated batch by batch and merges with another of the same configuration. A
 * result is a tree of named numbers. Reading files and writing reports is limen_io.h.
 *
 * Conventions that hold for every function below unless its comment says otherwise:
 *
 *   - A function that can fail returns limen_status and takes a limen_error pointer last; it may be
 *     NULL. On failure no output has been written and no object has changed.
 *   - A struct that begins with `size` must have it set to its sizeof. All other fields have zero
 * as a useful default, so `limen_spec spec = {.size = sizeof spec, ...}` is the way to make one.
 *   - Handles belong to the caller, who calls the matching destroy function; destroy(NULL) does
 *     nothing. Pointers inside option structs are read during the call only.
 *   - Different objects may be used from different threads at the same time. One object may be read
 *     by several threads, but must not be changed by one while another uses it. No function keeps
 *     global state, other than the choice of kernels, which is made once.
 *   - Time is given for N samples, L labels (width), K threshold sets.
 *
 * The library needs the C library, libm and threads, nothing else.
 */
#ifndef LIMEN_H
#define LIMEN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__) || defined(__clang__)
#define LIMEN_API __attribute__((visibility("default")))
#else
#define LIMEN_API
#endif

#if defined(__GNUC__) || defined(__clang__)
#define LIMEN_NODISCARD __attribute__((warn_unused_result))
#else
#define LIMEN_NODISCARD
#endif

/* ---------------------------------------------------------------------------------------------
 * Version and processor
 * ------------------------------------------------------------------------------------------ */

#define LIMEN_VERSION_MAJOR 0
#define LIMEN_VERSION_MINOR 1
#define LIMEN_VERSION_PATCH 0
#define LIMEN_VERSION "0.1.0"

/* The version of the library that is linked, "MAJOR.MINOR.PATCH". A static string. */
LIMEN_API const char *limen_version(void);

/* The name of the kernels in use: "scalar", "avx2", "avx512" or "neon". The best that the processor
 * has is chosen at the first call, unless the environment variable LIMEN_CPU names another one that
 * it has (an unknown or missing one is ignored). Every choice gives the same bits. */
LIMEN_API const char *limen_cpu_name(void);

/* The index-th kernel set that this machine could run, slowest first, or NULL past the last. */
LIMEN_API const char *limen_cpu_at(int index);

/* ---------------------------------------------------------------------------------------------
 * Status and error
 * ------------------------------------------------------------------------------------------ */

/* XX(name, value, text) */
#define LIMEN_STATUS_MAP(XX)                                              \
    XX(OK, 0, "ok")                                                       \
    XX(ERR_ARGUMENT, 1, "invalid argument")                               \
    XX(ERR_MEMORY, 2, "out of memory")                                    \
    XX(ERR_SHAPE, 3, "shapes do not agree")                               \
    XX(ERR_DTYPE, 4, "dtype is not supported here")                       \
    XX(ERR_VALUE, 5, "a value is out of its domain")                      \
    XX(ERR_CONFIG, 6, "configurations differ")                            \
    XX(ERR_STATE, 7, "the tally does not keep the state that this needs") \
    XX(ERR_OVERFLOW, 8, "too large")                                      \
    XX(ERR_IO, 9, "input or output failed")                               \
    XX(ERR_FORMAT, 10, "malformed input")                                 \
    XX(ERR_UNSUPPORTED, 11, "not supported")

typedef enum limen_status {
#define XX(name, value, text) LIMEN_##name = value,
    LIMEN_STATUS_MAP(XX)
#undef XX
} limen_status;

/* "LIMEN_ERR_SHAPE" and the like; "LIMEN_UNKNOWN" for a value that is none. A static string. */
LIMEN_API const char *limen_status_name(limen_status status);

/* The text of the map above: what went wrong in general. A static string. */
LIMEN_API const char *limen_status_text(limen_status status);

/* Which array of a batch an error is about. */
typedef enum limen_input {
    LIMEN_INPUT_NONE = 0,
    LIMEN_INPUT_SCORES = 1,
    LIMEN_INPUT_TARGETS = 2,
    LIMEN_INPUT_WEIGHTS = 3,
    LIMEN_INPUT_GROUPS = 4
} limen_input;

/* What went wrong and where. row counts samples from the start of the data (a batch adds its
 * row_offset), or lines of a text file from 1; column counts labels from 0, or fields of a text
 * file from 1; byte is an offset in a file. Each is -1 when it does not apply. The message says
 * what is wrong and what to do, without row, column and file name, which the caller puts before it.
 */
typedef struct limen_error {
    limen_status code;
    limen_input input; /* the array at fault, where it is one of a batch's */
    int64_t row;
    int64_t column;
    int64_t byte;
    char message[512];
} limen_error;

/* ---------------------------------------------------------------------------------------------
 * Memory
 * ------------------------------------------------------------------------------------------ */

/* Where a handle gets its memory. NULL in place of an allocator means malloc and free. allocate
 * returns NULL when there is none left; size is never 0; the memory is aligned for any type.
 * release gets the size that was asked for. The struct is copied into the handle; it may be called
 * from any thread that uses the handle. */
typedef struct limen_allocator {
    void *context;
    void *(*allocate)(void *context, size_t size);
    void (*release)(void *context, void *memory, size_t size);
} limen_allocator;

/* ---------------------------------------------------------------------------------------------
 * Arrays and batches
 * ------------------------------------------------------------------------------------------ */

typedef enum limen_dtype {
    LIMEN_NONE = 0,
    LIMEN_BOOL = 1, /* one byte, 0 or 1 */
    LIMEN_U8 = 2,
    LIMEN_I8 = 3,
    LIMEN_U16 = 4,
    LIMEN_I16 = 5,
    LIMEN_U32 = 6,
    LIMEN_I32 = 7,
    LIMEN_U64 = 8,
    LIMEN_I64 = 9,
    LIMEN_F16 = 10, /* IEEE binary16 */
    LIMEN_BF16 = 11,
    LIMEN_F32 = 12,
    LIMEN_F64 = 13,
    LIMEN_DTYPE_COUNT = 14
} limen_dtype;

/* "float32", "uint8", ... as NumPy names them; NULL for a value that is none. */
LIMEN_API const char *limen_dtype_name(limen_dtype dtype);

/* Bytes of one element, 0 for LIMEN_NONE. */
LIMEN_API size_t limen_dtype_size(limen_dtype dtype);

/* A view of memory in native byte order: axis 0 is the sample, axis 1 the label or class, axis 2
 * anything else (its elements are further samples: sample (i, k) is row i * shape[2] + k). An axis
 * that is not there has shape 1. Strides are in bytes, of any size and sign, and need not be
 * multiples of the element size. data may be NULL when the array is absent or has no element. */
typedef struct limen_array {
    const void *data;
    limen_dtype dtype;
    int64_t shape[3];
    int64_t stride[3];
} limen_array;

/* Samples to add to a tally. An absent array has data NULL and dtype LIMEN_NONE.
 *
 *   task         scores                    targets
 *   binary       (N, 1, X)                 (N, 1, X), 0 or 1
 *   multilabel   (N, L, X)                 (N, L, X), 0 or 1
 *   multiclass   (N, C, X), or predicted   (N, 1, X), integers from 0 to C - 1
 *                classes (N, 1, X)
 *
 * scores: F16, BF16, F32 or F64; or BOOL or any integer type, which are decisions already (0 or 1;
 * class numbers for multiclass). targets: any dtype but F16 and BF16; other values than those in
 * the table are an error, except spec.ignore_index. weights: (N, 1, X) or (N, 1, 1), F32 or F64,
 * finite and not negative. groups: (N, 1, X) or (N, 1, 1), any integer type, from 0 to spec.groups
 * - 1. */
typedef struct limen_batch {
    size_t size;
    limen_array scores;
    limen_array targets;
    limen_array weights;
    limen_array groups;
    int64_t row_offset; /* samples before this batch; only used in error messages */
} limen_batch;

/* ---------------------------------------------------------------------------------------------
 * Specification of a tally
 * ------------------------------------------------------------------------------------------ */

typedef enum limen_task { LIMEN_BINARY = 1, LIMEN_MULTICLASS = 2, LIMEN_MULTILABEL = 3 } limen_task;

/* Positive when score >= threshold, or when score > threshold. +inf as a threshold means no sample
 * and -inf every sample, by definition. */
typedef enum limen_rule { LIMEN_GE = 0, LIMEN_GT = 1 } limen_rule;

/* What a NaN score is: an error that names row and column, or a score below every threshold (for
 * multiclass, below every other class). */
typedef enum limen_nan { LIMEN_NAN_ERROR = 0, LIMEN_NAN_NEGATIVE = 1 } limen_nan;

/* What a tally can keep; a bit mask in limen_spec. */
typedef enum limen_state {
    LIMEN_COUNTS = 1 << 0,      /* tp, fp, tn, fn a label */
    LIMEN_CONFUSION = 1 << 1,   /* C x C, multiclass only */
    LIMEN_SAMPLES = 1 << 2,     /* exact match, samples-F1, ...: binary and multilabel */
    LIMEN_SCORES = 1 << 3,      /* every score: exact curves and tuning; grows with N */
    LIMEN_HISTOGRAM = 1 << 4,   /* counts in bins of the score: bounded curves and tuning */
    LIMEN_RANKING = 1 << 5,     /* coverage error, LRAP, ranking loss: multilabel */
    LIMEN_CALIBRATION = 1 << 6, /* ECE, Brier, log loss, reliability */
    LIMEN_HINGE = 1 << 7
} limen_state;

typedef struct limen_spec {
    size_t size;
    limen_task task;
    uint32_t states;          /* limen_state bits */
    int64_t width;            /* labels or classes; 1 for binary (0 is taken as 1 there) */
    int64_t sets;             /* threshold sets, at least 1; 0 means 1 */
    const double *thresholds; /* see threshold_count; copied */
    int64_t threshold_count;  /* 0: 0.5 everywhere (multiclass: no offset);
                                 1: one value for all; sets * width: all, set by set */
    limen_rule rule;          /* binary and multilabel */
    limen_nan nan;
    int32_t logits;   /* thresholds are probabilities, scores are logits: compare with logit(t) */
    int32_t weighted; /* 1: every batch has weights, and counts are compensated doubles */
    int32_t has_ignore_index;
    int32_t top_k;           /* multiclass: 0 and 1 mean argmax; else the true class if it is among
                                the k greatest scores, else the greatest */
    int64_t ignore_index;    /* a target of this value masks its cell (multiclass: its row) */
    int64_t groups;          /* 0: none; else one set of states for each */
    int64_t bins;            /* histogram bins a label, 0 means 16,384 */
    const double *bin_edges; /* NULL: bins follow the data's type; else `bins` increasing thresholds
                                shared by all labels; copied */
    int64_t calibration_bins; /* 0 means 15 */
    double beta;              /* of the samples F-beta; 0 means 1 */
    int32_t threads; /* 0 means 1, or LIMEN_NUM_THREADS when set; results do not depend on it */
    limen_dtype score_dtype; /* NONE: that of the first update */
    int32_t top_labels; /* limen_apply of multilabel: > 0: the so many greatest scores of a row are
                           positive, of equal ones the lower label; thresholds play no part */
    const double *cost_matrix; /* limen_apply of multiclass: C x C, rows true classes: scores are
                                  probabilities p, and the class is argmin_k sum_j p_j cost[j][k];
                                  offsets play no part. NULL: none */
} limen_spec;

/* ---------------------------------------------------------------------------------------------
 * Tally
 * ------------------------------------------------------------------------------------------ */

typedef struct limen_tally limen_tally;

/* One label's confusion counts; whole numbers unless the tally is weighted. */
typedef struct limen_counts {
    double tp, fp, tn, fn;
} limen_counts;

/* Count arrays that the caller owns. Each of tp, fp, tn, fn holds groups x sets x width elements
 * (groups 0 counts as 1), set after set of width contiguous values; confusion holds groups x sets x
 * C x C, rows true classes. Absent ones are NULL. The element is int64_t, also when they come from
 * another library's tensors; weighted tallies cannot be attached. */
typedef struct limen_count_arrays {
    size_t size;
    int64_t *tp, *fp, *tn, *fn;
    int64_t *confusion;
} limen_count_arrays;

/* Makes an empty tally. Errors: ARGUMENT for a spec that makes no sense (the message names the
 * field), UNSUPPORTED for a state that this version cannot keep, MEMORY, OVERFLOW. All memory that
 * update needs for states of fixed size is taken here. */
LIMEN_API LIMEN_NODISCARD limen_status limen_tally_create(const limen_spec *spec,
                                                          const limen_allocator *allocator,
                                                          limen_tally **tally, limen_error *error);

/* As create, but counts live in the caller's arrays, which are added to and must outlive the tally;
 * their present values are the tally's first. states may hold only COUNTS and CONFUSION. */
LIMEN_API LIMEN_NODISCARD limen_status limen_tally_attach(const limen_spec *spec,
                                                          const limen_count_arrays *arrays,
                                                          const limen_allocator *allocator,
                                                          limen_tally **tally, limen_error *error);

/* Adds a batch: all of it, or nothing on an error. Thresholds are rounded to the dtype of the
 * scores (integer scores have none), which the first update fixes. A batch of 0 samples is valid.
 * Unweighted tallies are the same bits however the data is cut into batches; weighted ones agree
 * within 1e-12 relative. Errors: SHAPE, DTYPE, VALUE (row and column of the first offending cell; a
 * target outside its domain, a NaN score, a bad weight or group), CONFIG (scores of another dtype
 * than before), ARGUMENT (weights or groups missing, or given but not in the spec). Time O(N L K);
 * no allocation for states of fixed size. */
LIMEN_API LIMEN_NODISCARD limen_status limen_tally_update(limen_tally *tally,
                                                          const limen_batch *batch,
                                                          limen_error *error);

/* Adds `from` to `into`; `from` is unchanged. Errors: CONFIG, naming the first field that differs
 * (names of labels differ when both tallies have some; else `into` takes those that there are);
 * OVERFLOW, MEMORY. */
LIMEN_API LIMEN_NODISCARD limen_status limen_tally_merge(limen_tally *into, const limen_tally *from,
                                                         limen_error *error);

/* Back to no samples; the configuration stays, the dtype of the scores is open again. */
LIMEN_API void limen_tally_reset(limen_tally *tally);

LIMEN_API void limen_tally_destroy(limen_tally *tally);

/* The configuration in force: defaults filled in, thresholds sets x width as given, score_dtype
 * NONE before the first update. Lives as long as the tally. */
LIMEN_API const limen_spec *limen_tally_spec(const limen_tally *tally);

/* Samples added, rows that ignore_index masks included. */
LIMEN_API int64_t limen_tally_samples(const limen_tally *tally);

/* The thresholds that set `set` compares with, `width` values: rounded to the dtype of the scores,
 * as logits where spec.logits. Before the first update, as given. */
LIMEN_API LIMEN_NODISCARD limen_status limen_tally_thresholds(const limen_tally *tally, int64_t set,
                                                              double *thresholds,
                                                              limen_error *error);

/* Counts of one label or class. Multiclass counts are one class against the rest. group is 0 when
 * the tally has no groups; -1 adds all groups. Errors: STATE without COUNTS or CONFUSION, ARGUMENT
 * for an index out of range. */
LIMEN_API LIMEN_NODISCARD limen_status limen_tally_counts(const limen_tally *tally, int64_t set,
                                                          int64_t group, int64_t label,
                                                          limen_counts *counts, limen_error *error);

/* The C x C matrix of a multiclass tally, rows true classes, or the 2 x 2 matrix [tn fp; fn tp] of
 * a binary one. */
LIMEN_API LIMEN_NODISCARD limen_status limen_tally_confusion(const limen_tally *tally, int64_t set,
                                                             int64_t group, double *matrix,
                                                             limen_error *error);

/* What each given edge predicts of one label or class: counts gets spec.bins of them, lowest edge
 * first, of score >= edge, edges being rounded to the dtype of the scores. Before the first update
 * all are 0. A NaN score, where it is let in, reaches none. group as in
 * limen_tally_counts. Errors: STATE without HISTOGRAM, ARGUMENT without spec.bin_edges or for an
 * index out of range. Time O(bins). */
LIMEN_API LIMEN_NODISCARD limen_status limen_tally_edge_counts(const limen_tally *tally,
                                                               int64_t group, int64_t label,
                                                               limen_counts *counts,
                                                               limen_error *error);

/* Decisions without a tally. Binary and multilabel: uint8 0 or 1, `width` a sample. Multiclass: one
 * int64 class number a sample. `set` picks the thresholds; targets, weights and groups of the batch
 * are not read. `decisions` holds N * X rows without gaps. Scores that are integers are refused.
 * spec.top_labels and spec.cost_matrix are two rules for whole rows; a tally of their decisions is
 * one of integer scores. */
LIMEN_API LIMEN_NODISCARD limen_status limen_apply(const limen_spec *spec, int64_t set,
                                                   const limen_batch *batch, void *decisions,
                                                   const limen_allocator *allocator,
                                                   limen_error *error);

/* Names of the labels or classes, `width` of them, which are copied; NULL takes them away. Reports
 * and tuning use them where their options name no labels, write keeps them, and tallies with other
 * names, or the same ones in another order, do not merge. Errors: ARGUMENT for a name that is NULL,
 * MEMORY. */
LIMEN_API LIMEN_NODISCARD limen_status limen_tally_set_labels(limen_tally *tally,
                                                              const char *const *labels,
                                                              limen_error *error);

/* The names, or NULL. They live until the tally is given others, merged into or destroyed. */
LIMEN_API const char *const *limen_tally_labels(const limen_tally *tally);

/* ---------------------------------------------------------------------------------------------
 * Tallies as bytes
 * ------------------------------------------------------------------------------------------ */

/* Takes the next `count` bytes. What it returns other than LIMEN_OK ends the writing. */
typedef limen_status limen_write_bytes(void *context, const void *bytes, size_t count,
                                       limen_error *error);

/* How many bytes limen_tally_write gives. */
LIMEN_API uint64_t limen_tally_size(const limen_tally *tally);

/* Writes configuration, names and states as docs/FORMAT.md lays out, in pieces of some KiB, the
 * same bytes on every machine. Not the allocator and the number of threads, which belong to a
 * process. Errors: VALUE when counts that the tally is attached to are negative or above 2^56;
 * those of `write`. Time O(bytes); allocates nothing. */
LIMEN_API LIMEN_NODISCARD limen_status limen_tally_write(const limen_tally *tally,
                                                         limen_write_bytes *write, void *context,
                                                         limen_error *error);

/* Makes the tally that was written: what it gives, and what it becomes, is equal in bits. An
 * attached tally comes back with counts of its own. `bytes`, of any alignment, hold one tally and
 * nothing else, and are trusted in nothing: lengths, checksum and every number are checked, and no
 * more memory is taken than a tally of that many bytes needs. Errors: FORMAT with the byte at
 * fault, UNSUPPORTED (a later version), MEMORY. */
LIMEN_API LIMEN_NODISCARD limen_status limen_tally_read(const void *bytes, size_t size,
                                                        const limen_allocator *allocator,
                                                        limen_tally **tally, limen_error *error);

/* ---------------------------------------------------------------------------------------------
 * Result: a tree of named numbers
 * ------------------------------------------------------------------------------------------ */

typedef struct limen_result limen_result;
typedef struct limen_node limen_node;

typedef enum limen_node_kind {
    LIMEN_NODE_OBJECT = 1, /* named children */
    LIMEN_NODE_ARRAY = 2,  /* children without names */
    LIMEN_NODE_NUMBER = 3,
    LIMEN_NODE_INTEGER = 4,
    LIMEN_NODE_STRING = 5,
    LIMEN_NODE_BOOLEAN = 6
} limen_node_kind;

/* The root, always an object. Nodes live as long as the result. */
LIMEN_API const limen_node *limen_result_root(const limen_result *result);
LIMEN_API void limen_result_destroy(limen_result *result);

LIMEN_API limen_node_kind limen_node_type(const limen_node *node);
LIMEN_API const char *limen_node_name(const limen_node *node); /* "" in arrays and at the root */
LIMEN_API int64_t limen_node_count(const limen_node *node);    /* children; 0 for a leaf */
LIMEN_API const limen_node *limen_node_at(const limen_node *node, int64_t index); /* or NULL */

/* The descendant at a path such as "averages.macro.f1", or NULL. Array children are numbers:
 * "labels.3.f1". */
LIMEN_API const limen_node *limen_node_find(const limen_node *node, const char *path);

/* The value of a number, integer or boolean node, else NaN. An undefined metric has the value that
 * the zero-division policy gives it. */
LIMEN_API double limen_node_number(const limen_node *node);
LIMEN_API const char *limen_node_string(const limen_node *node); /* NULL unless a string */

/* 0 when the number is a 0/0 that a policy filled in. */
LIMEN_API int limen_node_defined(const limen_node *node);

/* 1 and both ends when the number carries an interval, else 0 and nothing written. */
LIMEN_API int limen_node_interval(const limen_node *node, double *low, double *high);

/* ---------------------------------------------------------------------------------------------
 * Metrics
 * ------------------------------------------------------------------------------------------ */

typedef enum limen_average {
    LIMEN_AVERAGE_NONE = 1 << 0, /* one value a label */
    LIMEN_AVERAGE_MICRO = 1 << 1,
    LIMEN_AVERAGE_MACRO = 1 << 2,
    LIMEN_AVERAGE_WEIGHTED = 1 << 3, /* by support: the true positives' number, tp + fn */
    LIMEN_AVERAGE_SAMPLES = 1 << 4,
    LIMEN_AVERAGE_WHOLE = 1 << 5 /* one number of the whole tally: exact match, multiclass MCC */
} limen_average;

/* What 0/0 is. ZERO and ONE stand in per label and take part in averages. NAN: the value is NaN,
 * and so is an average that contains it. SKIP: the value is NaN and averages leave it out
 * (scikit-learn's zero_division=nan). The cell is flagged undefined whatever the policy. */
typedef enum limen_zero_division {
    LIMEN_ZERO = 0,
    LIMEN_ONE = 1,
    LIMEN_NAN = 2,
    LIMEN_SKIP = 3
} limen_zero_division;

/* One row of the table of metrics: what limen_metric_at returns, what `limen metrics` prints. */
typedef struct limen_metric {
    const char *name;         /* as in reports: "f1" */
    const char *title;        /* "F1 score" */
    const char *formula;      /* "2 tp / (2 tp + fp + fn)" */
    const char *help;         /* one or two sentences, with the caveats */
    const char *source;       /* paper or peer that defines it */
    uint32_t states;          /* limen_state bits: any one of them is enough */
    uint32_t tasks;           /* 1 << limen_task */
    uint32_t averages;        /* limen_average bits */
    int32_t higher_is_better; /* 1, 0, or -1 for neither */
    double low, high;         /* range of values */
    uint32_t parameters;      /* limen_parameter bits: options that it reads */
    uint32_t by_default;      /* 1 << limen_task for the tasks whose report shows it unasked */
} limen_metric;

typedef enum limen_parameter {
    LIMEN_PARAM_BETA = 1 << 0,
    LIMEN_PARAM_COST = 1 << 1,
    LIMEN_PARAM_PT = 1 << 2,
    LIMEN_PARAM_KAPPA_WEIGHTS = 1 << 3,
    LIMEN_PARAM_MAX_FPR = 1 << 4,
    LIMEN_PARAM_FLOOR = 1 << 5,
    LIMEN_PARAM_MULTICLASS = 1 << 6,
    LIMEN_PARAM_FPR_RANGE = 1 << 7,
    LIMEN_PARAM_SQUARED = 1 << 8
} limen_parameter;

/* How many metrics there are, the index-th, and the one of a name (NULL when there is none). Static
 * storage. */
LIMEN_API int64_t limen_metric_count(void);
LIMEN_API const limen_metric *limen_metric_at(int64_t index);
LIMEN_API const limen_metric *limen_metric_find(const char *name);

typedef enum limen_kappa_weights {
    LIMEN_KAPPA_NONE = 0,
    LIMEN_KAPPA_LINEAR = 1,
    LIMEN_KAPPA_QUADRATIC = 2
} limen_kappa_weights;

typedef enum limen_multiclass { LIMEN_OVR = 0, LIMEN_OVO = 1 } limen_multiclass;
typedef enum limen_normalize {
    LIMEN_NORMALIZE_NONE = 0,
    LIMEN_NORMALIZE_TRUE = 1,
    LIMEN_NORMALIZE_PRED = 2,
    LIMEN_NORMALIZE_ALL = 3
} limen_normalize;

typedef struct limen_compute_options {
    size_t size;
    const char *const *metrics; /* names; NULL: the table's defaults for the task and the states */
    int64_t metric_count;
    const char *const *labels; /* `width` names; NULL: the tally's, else "0", "1", ... */
    limen_zero_division zero_division;
    limen_kappa_weights kappa_weights;
    limen_multiclass multiclass;
    limen_normalize normalize; /* of the confusion matrix in the report */
    double beta;               /* of fbeta; 0 means 1 */
    double cost[4];            /* of a tp, fp, tn, fn; all 0 means 0, 1, 0, 1 */
    double pt;                 /* net benefit's threshold probability; 0 means 0.5 */
    double max_fpr;            /* of AUROC; 0 means 1 */
    double fpr_low, fpr_high;  /* of log-AUC; 0 means 0.001 and 0.1 */
    double floor;              /* of "recall at precision" and its like; 0 means 0.5 */
    int32_t squared;           /* hinge */
    int32_t reserved;
} limen_compute_options;

/* Computes a report from a tally: an object with "task", "samples", "rule", "labels", "averages",
 * "metrics", for multiclass "confusion", with groups "groups"; with several threshold sets an
 * object with "sets", an array of such. Names as in docs/METRICS.md. options may be NULL. A metric
 * that was asked for by name but cannot be had from this tally is an error (STATE), one of the
 * defaults is left out. Time O(L K) a metric from counts. */
LIMEN_API LIMEN_NODISCARD limen_status limen_compute(const limen_tally *tally,
                                                     const limen_compute_options *options,
                                                     const limen_allocator *allocator,
                                                     limen_result **result, limen_error *error);

/* One metric without a tree: `values` gets width values for AVERAGE_NONE, else one. `defined`,
 * which may be NULL, gets as many flags. group as in limen_tally_counts. Allocates nothing for
 * metrics from counts. */
LIMEN_API LIMEN_NODISCARD limen_status limen_metric_values(const limen_metric *metric,
                                                           const limen_tally *tally, int64_t set,
                                                           int64_t group, limen_average average,
                                                           const limen_compute_options *options,
                                                           double *values, unsigned char *defined,
                                                           limen_error *error);

/* ---------------------------------------------------------------------------------------------
 * Curves
 * ------------------------------------------------------------------------------------------ */

typedef enum limen_curve_kind {
    LIMEN_CURVE_ROC = 0, /* fpr = fp / negatives, tpr = tp / positives */
    LIMEN_CURVE_PR = 1   /* recall = tp / positives, precision = tp / (tp + fp) */
} limen_curve_kind;

/* Points that can be left out without changing the drawn line. */
typedef enum limen_thin {
    LIMEN_THIN_NONE = 0,
    LIMEN_THIN_EQUAL = 1, /* scikit-learn's drop_intermediate: ROC, those in the middle of two
                             equal steps; PR, those between two others of the same recall */
    LIMEN_THIN_COLLINEAR =
        2 /* ROC, all on a straight line between their neighbours; PR, as EQUAL */
} limen_thin;

typedef struct limen_curve_options {
    size_t size;
    limen_curve_kind kind;
    limen_thin thin;
    int64_t group;  /* -1: all groups; 0 without groups */
    int64_t label;  /* -1: all labels pooled; multiclass: a class against the rest */
    int64_t points; /* at most so many, at least 2; 0: all */
} limen_curve_options;

/* One cut: what score >= threshold predicts. */
typedef struct limen_curve_point {
    double threshold; /* a score (or an edge), as a probability where spec.logits */
    double tp, fp;    /* whole numbers, or sums of weights */
} limen_curve_point;

typedef struct limen_curve_info {
    size_t size;
    limen_curve_kind kind;
    int64_t count; /* of points */
    int64_t cuts;  /* points before thinning */
    double positives, negatives;
    double error; /* no point that options.points left out is farther than this from the line
                     through those kept, both axes being from 0 to 1; 0 when none was */
} limen_curve_info;

typedef struct limen_curve limen_curve;

/* The points of a curve, from the highest threshold down. A tally with SCORES has a point for each
 * distinct score (ties fall together); one with HISTOGRAM for each bin that is not empty, at its
 * least score, or for each given edge. ROC begins with (0, 0) at threshold +inf. What no given edge
 * reaches is no point. NaN scores, where they are let in, come last at threshold -inf.
 *
 * Thinning to options.points keeps both ends and takes the farthest point of the worst stretch, one
 * by one (Ramer 1972). options may be NULL: the ROC curve of all labels pooled. Errors: STATE
 * without SCORES and HISTOGRAM, ARGUMENT, MEMORY. Time O(n) for n scores, or bins; thinning to K
 * points O(n log K) as a rule. */
LIMEN_API LIMEN_NODISCARD limen_status limen_curve_create(const limen_tally *tally,
                                                          const limen_curve_options *options,
                                                          const limen_allocator *allocator,
                                                          limen_curve **curve, limen_error *error);

/* Both live as long as the curve, which does not need the tally any more. */
LIMEN_API const limen_curve_info *limen_curve_describe(const limen_curve *curve);
LIMEN_API const limen_curve_point *limen_curve_points(const limen_curve *curve);
LIMEN_API void limen_curve_destroy(limen_curve *curve);

/* One bin of a reliability diagram: probabilities from low to less than high; the last bin holds
 * those that are exactly 1. The mean probability is confidence / weight, the share of positives is
 * positives / weight; both are 0/0 in an empty bin. */
typedef struct limen_reliability_bin {
    double low, high;
    double weight, confidence, positives;
} limen_reliability_bin;

/* The reliability table of a label: spec.calibration_bins + 1 bins. label -1 pools all labels; for
 * a multiclass tally -1 is the predicted class of each sample, as its whole form of ECE. group as
 * in limen_tally_counts. Errors: STATE without CALIBRATION, ARGUMENT for an index out of range. */
LIMEN_API LIMEN_NODISCARD limen_status limen_tally_reliability(const limen_tally *tally,
                                                               int64_t group, int64_t label,
                                                               limen_reliability_bin *bins,
                                                               limen_error *error);

/* ---------------------------------------------------------------------------------------------
 * Tuning
 * ------------------------------------------------------------------------------------------ */

typedef enum limen_scope {
    LIMEN_SCOPE_LABEL = 0,  /* each label by itself */
    LIMEN_SCOPE_GLOBAL = 1, /* one threshold for all */
    LIMEN_SCOPE_MICRO = 2,  /* jointly, for the pooled counts */
    LIMEN_SCOPE_MACRO = 3,
    LIMEN_SCOPE_WEIGHTED = 4,
    LIMEN_SCOPE_SAMPLES = 5,
    LIMEN_SCOPE_PCUT = 6, /* predict as many as x times the prevalence */
    LIMEN_SCOPE_RCUT = 7, /* the top k of each row */
    LIMEN_SCOPE_FBR = 8   /* as LABEL, but labels below a floor predict none, or their top score */
} limen_scope;

typedef enum limen_at { LIMEN_AT_SCORE = 0, LIMEN_AT_MIDPOINT = 1 } limen_at;
typedef enum limen_ties {
    LIMEN_TIES_DEFAULT = 0,
    LIMEN_TIES_HIGHEST = 1,
    LIMEN_TIES_LOWEST = 2
} limen_ties;
typedef enum limen_bound { LIMEN_AT_LEAST = 0, LIMEN_AT_MOST = 1 } limen_bound;

/* metric >= bound or metric <= bound, for one label or (label -1) for each. */
typedef struct limen_constraint {
    const char *metric; /* a metric from counts, "predicted_rate" or "predicted_count" */
    limen_bound sense;
    double bound;
    int64_t label;
} limen_constraint;

typedef struct limen_tune_options {
    size_t size;
    const char *objective; /* "f1", "fbeta:2", "recall=specificity", ...; NULL means "f1" */
    limen_scope scope;
    limen_average average; /* of LIMEN_SCOPE_GLOBAL: micro (also for 0) or macro */
    limen_at at;
    limen_ties ties;
    const limen_constraint *constraints;
    int64_t constraint_count;
    const double *costs;       /* of a tp, fp, tn, fn: 4 values, or 4 a label */
    int64_t cost_rows;         /* 0: 0, 1, 0, 1; 1 or width */
    const double *cost_matrix; /* multiclass: C x C, rows true classes; NULL: offsets */
    const char *const *labels; /* `width` names; NULL: the tally's, else "0", "1", ... */
    double parameter; /* PCUT's x (0 means 1), RCUT's k (0: the best up to 256), FBR's floor */
    int32_t fbr_top;  /* FBR: 1 takes the top score in place of none */
    int32_t restarts; /* coordinate ascent; 0 means 8 */
    uint64_t seed;
    int32_t plateau; /* 1: list every optimal interval */
    int32_t reserved;
    limen_zero_division zero_division;
} limen_tune_options;

/* Finds thresholds from what a tally keeps; options may be NULL (F1, each label by itself).
 *
 * From LIMEN_SCORES the optimum is exact: cuts lie only between distinct scores, equal scores fall
 * together, and "none" and "all" are cuts too. From LIMEN_HISTOGRAM it is the best bin edge, with a
 * gap that the optimum exceeds it by at most. The thresholds of the tally itself play no part.
 * Coordinate ascent, with restarts, finds a local optimum: SCOPE_SAMPLES; SCOPE_MICRO for gmean,
 * min_se_sp and distance01 (with a gap) and from where conditions on pooled counts stop the walk;
 * and the offsets of a multiclass task. It says so by the status "local". SCOPE_SAMPLES, SCOPE_RCUT
 * and multiclass tasks need SCORES.
 *
 * Multiclass: scopes LABEL, MACRO (the mean over classes against the rest), WEIGHTED and MICRO;
 * with LABEL, accuracy, balanced_accuracy, mcc and kappa are those of the whole confusion matrix.
 * A class is predicted where score + offset is greatest, and the first class has offset 0. With a
 * cost matrix nothing is searched: the value is what the decisions by it cost (limen_spec).
 *
 * The result is an object with "task", "rule" (not for multiclass), "dtype", "samples",
 * "objective", "scope", for RCUT "top_labels", with costs "cost_matrix" (rows), for GLOBAL
 * "average", "labels", "value" (of the scope), "gap" (undefined: not known), "status" unless
 * "optimal", "feasible", where it is false "violation" (or each such label has it), and "notes";
 * each label has "name", "threshold", "low", "high" (thresholds in (low, high] under ge, [low,
 * high) under gt, decide alike), "support", "value", "status" and, where asked for, "plateau".
 * Multiclass labels have "offset" in place of the three, and RCUT leaves them undefined. A
 * constraint that cannot be met is no error: the status says so, "feasible" is false, and the
 * thresholds are those of the nearest point that was found.
 *
 * Errors: ARGUMENT for options that make no sense or do not go together, STATE when the tally keeps
 * too little, VALUE for an infinite score of a multiclass task, MEMORY.
 * Time O(n log n) at worst and O(n) mostly, n = N L scores; memory for the scores of one label.
 * Coordinate ascent: O(n) a round for samples, and memory of 4 bytes a score; O(N C) a round for
 * offsets, and memory of 8 bytes a score; some rounds for each restart. */
LIMEN_API LIMEN_NODISCARD limen_status limen_tune(const limen_tally *tally,
                                                  const limen_tune_options *options,
                                                  const limen_allocator *allocator,
                                                  limen_result **result, limen_error *error);

typedef struct limen_search limen_search;

/* The exact search in bounded memory, over batches that can be replayed:
 *
 *     int again = 1;
 *     while (again) {
 *         for (each batch, always the same ones)
 *             limen_search_update(search, &batch, &error);
 *         limen_search_next_pass(search, &again, &error);
 *     }
 *     limen_search_result(search, &result, &error);
 *
 * The first pass counts bins of the scores, the second reads again the few bins that may hold a
 * better cut than the bins' edges. Mostly that is all; scores that crowd into few bins take a pass
 * or two more. Of the spec, states, thresholds, groups and bins play no part. Memory: some 50 MiB
 * for any N and L up to thousands, and 160 MiB at worst. Multiclass, the scopes SAMPLES and RCUT,
 * and the macro mean of one global threshold need whole rows: they take one pass and keep every
 * score. Errors as for limen_tune. */
LIMEN_API LIMEN_NODISCARD limen_status limen_search_create(const limen_spec *spec,
                                                           const limen_tune_options *options,
                                                           const limen_allocator *allocator,
                                                           limen_search **search,
                                                           limen_error *error);

/* Adds a batch to the present pass; errors as for limen_tally_update, and VALUE when a later pass
 * has other scores than the first. After an error in the values of a batch the search can only be
 * destroyed. */
LIMEN_API LIMEN_NODISCARD limen_status limen_search_update(limen_search *search,
                                                           const limen_batch *batch,
                                                           limen_error *error);

/* Ends a pass. *again is 1 when the batches must be replayed, from the first one. */
LIMEN_API LIMEN_NODISCARD limen_status limen_search_next_pass(limen_search *search, int *again,
                                                              limen_error *error);

/* As limen_tune. ARGUMENT before the last pass. */
LIMEN_API LIMEN_NODISCARD limen_status limen_search_result(const limen_search *search,
                                                           limen_result **result,
                                                           limen_error *error);
LIMEN_API void limen_search_destroy(limen_search *search);

#ifdef __cplusplus
}
#endif

#endif
