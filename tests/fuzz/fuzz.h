/* What the fuzz targets share: an input as a file, and a source read to its end. */
#ifndef LIMEN_TESTS_FUZZ_H
#define LIMEN_TESTS_FUZZ_H

#include "limen_io.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

/* A file of these bytes, whose name has the ending; fuzz_remove removes it. Memory that is a file,
 * where there is such a thing. */
static inline void fuzz_write(char path[128], const char *ending, const uint8_t *bytes,
                              size_t count)
{
    const char *folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    FILE *file;

    (void)snprintf(path, 128, "%s/limen-fuzz-%ld%s", folder, (long)getpid(), ending);
    file = fopen(path, "wb");
    if (!file || (count && fwrite(bytes, 1, count, file) != count) || fclose(file) != 0)
        abort();
}

/* Reads twice, and touches every element: what a batch describes has to be there. */
static inline void fuzz_source(const limen_source_options *options)
{
    limen_source *source = NULL;
    limen_error error;
    volatile unsigned sum = 0;

    if (limen_source_open(options, NULL, &source, NULL, &error) != LIMEN_OK) {
        if (error.code == LIMEN_OK || memchr(error.message, '\0', sizeof error.message) == NULL)
            abort();
        return;
    }
    for (int pass = 0; pass < 2; pass++) {
        limen_batch batch;

        while (limen_source_next(source, &batch, &error) == LIMEN_OK && batch.scores.shape[0] > 0) {
            const limen_array *arrays[] = {&batch.scores, &batch.targets, &batch.weights,
                                           &batch.groups};

            for (int a = 0; a < 4; a++) {
                size_t size = limen_dtype_size(arrays[a]->dtype);
                const int64_t *shape = arrays[a]->shape;
                const int64_t *stride = arrays[a]->stride;

                for (int64_t i = 0; size && i < shape[0]; i++)
                    for (int64_t j = 0; j < shape[1]; j++)
                        for (int64_t k = 0; k < shape[2]; k++)
                            sum += ((const unsigned char *)arrays[a]
                                        ->data)[i * stride[0] + j * stride[1] + k * stride[2] +
                                                (int64_t)size - 1];
            }
        }
        if (limen_source_rewind(source, &error) != LIMEN_OK)
            break;
    }
    (void)sum; /* read through volatile only so that the loads stay */
    limen_source_close(source);
}

#endif
