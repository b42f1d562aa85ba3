/* Reading a whole source into flat arrays of doubles. Include it after support/files.h. */
#ifndef LIMEN_TESTS_SOURCE_H
#define LIMEN_TESTS_SOURCE_H

#include "core/numeric.h"
#include "limen_io.h"

typedef struct test_data {
    double values[LIMEN_INPUT_GROUPS + 1][4096]; /* by input; row after row */
    int64_t count[LIMEN_INPUT_GROUPS + 1];
    int64_t rows, batches;
} test_data;

static inline void test_collect(test_data *data, limen_input input, const limen_array *array)
{
    if (array->dtype == LIMEN_NONE)
        return;
    for (int64_t i = 0; i < array->shape[0]; i++)
        for (int64_t j = 0; j < array->shape[1]; j++)
            for (int64_t k = 0; k < array->shape[2]; k++) {
                const unsigned char *cell = (const unsigned char *)array->data +
                                            i * array->stride[0] + j * array->stride[1] +
                                            k * array->stride[2];

                assert_true(data->count[input] < 4096);
                data->values[input][data->count[input]++] = limen_load_number(array->dtype, cell);
            }
}

static inline limen_status test_read_all(limen_source *source, test_data *data, limen_error *error)
{
    memset(data, 0, sizeof *data);
    for (;;) {
        limen_batch batch;
        limen_status status = limen_source_next(source, &batch, error);

        if (status != LIMEN_OK)
            return status;
        if (batch.scores.shape[0] == 0)
            return LIMEN_OK;
        assert_int_equal(batch.row_offset, data->rows);
        test_collect(data, LIMEN_INPUT_SCORES, &batch.scores);
        test_collect(data, LIMEN_INPUT_TARGETS, &batch.targets);
        test_collect(data, LIMEN_INPUT_WEIGHTS, &batch.weights);
        test_collect(data, LIMEN_INPUT_GROUPS, &batch.groups);
        data->rows += batch.scores.shape[0] * batch.scores.shape[2];
        data->batches++;
    }
}

/* Opens, reads all, closes; the failure of either. */
static inline limen_status test_read(const limen_source_options *options, test_data *data,
                                     limen_error *error)
{
    limen_source *source = NULL;
    limen_status status = limen_source_open(options, NULL, &source, NULL, error);

    if (status == LIMEN_OK)
        status = test_read_all(source, data, error);
    limen_source_close(source);
    return status;
}

#endif
