/* A source is a reader of some format with what all of them share: names, description, the file
 * that an error is about. */
#ifndef LIMEN_IO_SOURCE_H
#define LIMEN_IO_SOURCE_H

#include "io/names.h"
#include "limen_io.h"

typedef struct limen_reader limen_reader;

struct limen_reader {
    /* The next batch; `batch` comes with its size set, all else zero. */
    limen_status (*next)(limen_reader *reader, limen_batch *batch, limen_error *error);
    limen_status (*rewind)(limen_reader *reader, limen_error *error);
    int64_t (*position)(const limen_reader *reader);
    /* Turns sample and label of a cell of the present batch into line and field; NULL when the
     * format has no lines. */
    void (*locate)(const limen_reader *reader, limen_error *error);
    void (*close)(limen_reader *reader);
};

/* The options' files, by role. */
typedef enum limen_role {
    LIMEN_ROLE_TABLE = 0, /* the others have the values of limen_input */
    LIMEN_ROLE_SCORES = LIMEN_INPUT_SCORES,
    LIMEN_ROLE_TARGETS = LIMEN_INPUT_TARGETS,
    LIMEN_ROLE_WEIGHTS = LIMEN_INPUT_WEIGHTS,
    LIMEN_ROLE_GROUPS = LIMEN_INPUT_GROUPS,
    LIMEN_ROLE_LABELS = 5,
    LIMEN_ROLE_COUNT = 6
} limen_role;

struct limen_source {
    limen_allocator allocator;
    limen_source_info info;
    limen_names labels;
    char *files[LIMEN_ROLE_COUNT];
    limen_role at_fault; /* whose file the last error was about; set before what may fail */
    limen_reader *reader;
    limen_error failure; /* of the last `next`; it stays until a rewind */
};

/* The openers fill info, labels (when the data has some) and at_fault, and give the reader. */
limen_status limen_npy_open(limen_source *source, const limen_source_options *options,
                            limen_reader **reader, limen_error *error);
/* `file` is the table, which the reader takes over (also on failure). */
limen_status limen_npz_open(limen_source *source, const limen_source_options *options,
                            limen_file *file, limen_reader **reader, limen_error *error);
limen_status limen_csv_open(limen_source *source, const limen_source_options *options,
                            limen_file *file, int gzip, limen_reader **reader, limen_error *error);

#endif
