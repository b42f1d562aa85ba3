/*
 * limen_io: sources that read scores and targets from files, thresholds, sinks that write
 * decisions, and reports of result trees. The conventions are those of limen.h. Needs zlib and
 * jansson beside liblimen.
 *
 * An error says row, column or byte; which file it is about is told apart, by an out-parameter or
 * by limen_source_locate, so that a caller can write "FILE:row:column: message".
 */
#ifndef LIMEN_IO_H
#define LIMEN_IO_H

#include "limen.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------------------------------------
 * Sources
 * ------------------------------------------------------------------------------------------ */

/* Either a table, or scores (with targets, weights, groups) in files of their own. Numbers in text
 * are read as float64, whatever the locale. */
typedef struct limen_source_options {
    size_t size;
    const char *table;  /* .npz with arrays scores, targets, weights, groups, labels; .csv,
                           .tsv; or "-", CSV on standard input (tab-separated when the header
                           has a tab and no comma) */
    const char *scores; /* .npy, here and below */
    const char *targets;
    const char *weights;
    const char *groups;
    const char *labels;         /* a text file, one name a line, or a .npy of strings; goes before
                                   the table's own names */
    const char *score_columns;  /* CSV: names or shell patterns (* ? [a-z]) joined by commas; a name
                                   that holds a comma stands in double quotes. NULL: the first of
                                   "score", "score_*", "p_*", "prob_*" that matches something */
    const char *target_columns; /* NULL: the first of "target", "target_*", "y_*", "y", "label" */
    const char *weight_column;  /* NULL: none */
    const char *group_column;   /* NULL: none */
    int32_t without_targets;    /* 1: targets are neither needed nor read */
    int32_t keep;               /* 1: rewind must work, also on a pipe, which is then spooled to an
                                   unlinked temporary file */
    int64_t block_bytes;        /* about how much a batch may hold in memory of its own; 0 means
                                   4 MiB. Views of mapped files are 16 times as long. */
} limen_source_options;

/* What is known before the first batch. Pointers live as long as the source. */
typedef struct limen_source_info {
    size_t size;
    const char *format;                /* "npy", "npz", "csv", "tsv" */
    int64_t rows;                      /* samples; -1 when only reading to the end tells */
    int64_t width;                     /* columns of the scores */
    int64_t target_width;              /* columns of the targets, 0 when there are none */
    int32_t scores_ndim, targets_ndim; /* as stored; 2 for CSV with several columns, else 1 */
    limen_dtype scores, targets, weights, groups; /* NONE when absent */
    const char *const *labels; /* label_count names, or NULL when there are none */
    int64_t label_count;
    int64_t bytes; /* of all files; -1 when unknown; for progress */
} limen_source_info;

typedef struct limen_source limen_source;

/* Opens the files and checks that their shapes agree. On failure `file`, which may be NULL, gets
 * the name of the file at fault (one of the options' strings), or NULL. .npy files are mapped and
 * their batches point into the file; others are streamed through a bounded buffer. Errors: IO,
 * FORMAT, SHAPE, DTYPE, ARGUMENT, UNSUPPORTED (object arrays), MEMORY. */
LIMEN_API LIMEN_NODISCARD limen_status limen_source_open(const limen_source_options *options,
                                                         const limen_allocator *allocator,
                                                         limen_source **source, const char **file,
                                                         limen_error *error);

LIMEN_API const limen_source_info *limen_source_describe(const limen_source *source);

/* The next batch, valid until the next call; scores.shape[0] is 0 at the end. How the data is cut
 * into batches depends on the file alone. */
LIMEN_API LIMEN_NODISCARD limen_status limen_source_next(limen_source *source, limen_batch *batch,
                                                         limen_error *error);

/* Back to the first row. ARGUMENT on a pipe that was opened without `keep`. */
LIMEN_API LIMEN_NODISCARD limen_status limen_source_rewind(limen_source *source,
                                                           limen_error *error);

/* Bytes read so far, to be held against limen_source_info.bytes. */
LIMEN_API int64_t limen_source_position(const limen_source *source);

/* The file that an error of limen_source_next, or of limen_tally_update on the present batch, is
 * about. For a CSV, turns sample and label of an update's error into line and field. */
LIMEN_API const char *limen_source_locate(const limen_source *source, limen_error *error);

LIMEN_API void limen_source_close(limen_source *source);

/* ---------------------------------------------------------------------------------------------
 * Thresholds
 * ------------------------------------------------------------------------------------------ */

typedef struct limen_thresholds limen_thresholds;

typedef struct limen_thresholds_info {
    size_t size;
    int64_t width;
    const double *values;      /* thresholds, or for multiclass offsets */
    const char *const *labels; /* names in the file, or NULL */
    int32_t from_file;         /* 1: task, rule and dtype below are the file's */
    limen_task task;
    limen_rule rule;
    limen_dtype dtype;  /* of the scores that they were tuned on; NONE when unknown */
    int32_t top_labels; /* the file decides by a rule for whole rows, and the values play no */
    const double *cost_matrix; /* part: limen_spec has the fields of these names; else 0 and NULL */
} limen_thresholds_info;

/* Reads SPEC for `width` labels named `labels` (NULL: "0", "1", ...):
 *
 *     0.5                  the same for all
 *     0.6,0.5,0.8          in label order
 *     joy=0.3,*=0.5        by name; * is every label not named (a name that holds a comma or an
 * equals sign stands in double quotes) FILE.json            a limen-thresholds file; names and
 * number must be those of the data; when both have names, labels are matched by name FILE.npy
 * `width` numbers
 *
 * +inf, -inf, inf are numbers here. width 0 without labels takes a FILE.json as wide as it is.
 * Errors: ARGUMENT (no number, NaN, wrong number of values, a name the data does not have, a label
 * left without a value), IO, FORMAT. `file` as in limen_source_open. */
LIMEN_API LIMEN_NODISCARD limen_status limen_thresholds_read(const char *spec, int64_t width,
                                                             const char *const *labels,
                                                             const limen_allocator *allocator,
                                                             limen_thresholds **thresholds,
                                                             const char **file, limen_error *error);

LIMEN_API const limen_thresholds_info *
limen_thresholds_describe(const limen_thresholds *thresholds);
LIMEN_API void limen_thresholds_destroy(limen_thresholds *thresholds);

/* ---------------------------------------------------------------------------------------------
 * Sinks
 * ------------------------------------------------------------------------------------------ */

/* A file under construction: written under a temporary name beside its own, then synced and renamed
 * by commit. Until then, and after abort, nothing under the real name has changed. "-" is standard
 * output, which commit flushes. */
typedef struct limen_sink limen_sink;

LIMEN_API LIMEN_NODISCARD limen_status limen_sink_open(const char *path,
                                                       const limen_allocator *allocator,
                                                       limen_sink **sink, limen_error *error);
LIMEN_API LIMEN_NODISCARD limen_status limen_sink_write(limen_sink *sink, const void *bytes,
                                                        size_t count, limen_error *error);
/* Writes at an offset that has been written before (a header that is known only at the end). */
LIMEN_API LIMEN_NODISCARD limen_status limen_sink_patch(limen_sink *sink, int64_t offset,
                                                        const void *bytes, size_t count,
                                                        limen_error *error);
/* Both end the sink, commit also when it fails. */
LIMEN_API LIMEN_NODISCARD limen_status limen_sink_commit(limen_sink *sink, limen_error *error);
LIMEN_API void limen_sink_abort(limen_sink *sink);

/* A tally to and from a file (limen_tally_write, docs/FORMAT.md): written through a sink, read
 * mapped where that is possible; "-" is standard output or input. Errors: IO, and those of
 * limen_tally_write and limen_tally_read. */
LIMEN_API LIMEN_NODISCARD limen_status limen_tally_save(const limen_tally *tally, const char *path,
                                                        const limen_allocator *allocator,
                                                        limen_error *error);
LIMEN_API LIMEN_NODISCARD limen_status limen_tally_load(const char *path,
                                                        const limen_allocator *allocator,
                                                        limen_tally **tally, limen_error *error);

/* Decisions to .npy (uint8, N x width, or N for width 1; int64 N for multiclass) or .csv (a header
 * of label names, then 0 and 1; "class" and the name for multiclass), chosen by the path's ending.
 */
typedef struct limen_decisions limen_decisions;

LIMEN_API LIMEN_NODISCARD limen_status limen_decisions_open(
    const char *path, limen_task task, int64_t width, const char *const *labels,
    const limen_allocator *allocator, limen_decisions **decisions, limen_error *error);
/* `values` as limen_apply writes them. */
LIMEN_API LIMEN_NODISCARD limen_status limen_decisions_write(limen_decisions *decisions,
                                                             const void *values, int64_t rows,
                                                             limen_error *error);
LIMEN_API LIMEN_NODISCARD limen_status limen_decisions_commit(limen_decisions *decisions,
                                                              limen_error *error);
LIMEN_API void limen_decisions_abort(limen_decisions *decisions);

/* ---------------------------------------------------------------------------------------------
 * Reports
 * ------------------------------------------------------------------------------------------ */

typedef enum limen_format {
    LIMEN_FORMAT_TABLE = 0,
    LIMEN_FORMAT_JSON = 1,
    LIMEN_FORMAT_CSV = 2,
    LIMEN_FORMAT_MARKDOWN = 3,
    LIMEN_FORMAT_HTML = 4
} limen_format;

typedef struct limen_report_options {
    size_t size;
    limen_format format;
    int64_t top;      /* at most so many labels; 0: all. JSON always has all, in data order */
    const char *sort; /* a label's field, "-" before it for descending; NULL: data order */
    int32_t colour;   /* 1: the table may use terminal escapes */
    int32_t columns;  /* width of the table, 0 means 80 */
    const char *const *set_names; /* what threshold sets are called; NULL: "set 1", "set 2", ... */
    int64_t set_count;            /* names in set_names */
} limen_report_options;

/* Renders a result of limen_compute as UTF-8 text, which ends with a newline and is NUL-terminated;
 * released by limen_report_release. Errors: ARGUMENT (sort names no field), UNSUPPORTED (a format
 * of a later version), MEMORY. */
LIMEN_API LIMEN_NODISCARD limen_status limen_report_render(const limen_result *result,
                                                           const limen_report_options *options,
                                                           const limen_allocator *allocator,
                                                           char **text, size_t *length,
                                                           limen_error *error);
LIMEN_API void limen_report_release(char *text, size_t length, const limen_allocator *allocator);

/* The table of metrics as text (table, markdown: docs/METRICS.md, json, csv). */
LIMEN_API LIMEN_NODISCARD limen_status limen_metrics_render(limen_format format,
                                                            const limen_allocator *allocator,
                                                            char **text, size_t *length,
                                                            limen_error *error);

#ifdef __cplusplus
}
#endif

#endif
