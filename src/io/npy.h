/* The header of a .npy file (versions 1.0 to 3.0), as NumPy's format specification has it. */
#ifndef LIMEN_IO_NPY_H
#define LIMEN_IO_NPY_H

#include "core/status.h"

typedef enum limen_npy_kind {
    LIMEN_NPY_NUMBER = 0,
    LIMEN_NPY_BYTES = 1,  /* 'S': bytes, padded with NUL */
    LIMEN_NPY_UNICODE = 2 /* 'U': UTF-32, padded with NUL */
} limen_npy_kind;

typedef struct limen_npy {
    limen_npy_kind kind;
    limen_dtype dtype; /* of numbers */
    size_t item;       /* bytes of an element */
    int swapped;       /* the other byte order than this machine's */
    int fortran;
    int ndim;
    int64_t shape[3]; /* axes beyond ndim are 1 */
    int64_t bytes;    /* of all elements */
    int64_t data;     /* where they begin */
} limen_npy;

/* Enough of a file to tell how long its header is. */
#define LIMEN_NPY_PREFIX 12

/* The number of bytes in front of the data, from the first LIMEN_NPY_PREFIX bytes (`count` may be
 * less, which is an error). */
limen_status limen_npy_measure(const unsigned char *bytes, size_t count, size_t *header,
                               limen_error *error);

/* Reads the header of which limen_npy_measure gave the size. Errors, with the byte: FORMAT, DTYPE,
 * SHAPE (more than 3 axes), UNSUPPORTED (Python objects and structures), OVERFLOW. */
limen_status limen_npy_parse(limen_npy *npy, const unsigned char *bytes, size_t header,
                             limen_error *error);

/* The header for an array of NumPy type `descr`, such as "|u1"; `columns` 0 stands for one axis.
 * Always of the same length, so that it can be written again when `rows` is known. */
#define LIMEN_NPY_WRITTEN 128
void limen_npy_write(unsigned char header[LIMEN_NPY_WRITTEN], const char *descr, int64_t rows,
                     int64_t columns);

/* Reverses the bytes of each of `count` elements. */
void limen_npy_swap(void *elements, size_t count, size_t item);

#endif
