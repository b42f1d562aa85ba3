#include "tally/batch.h"

#include "tally/spec.h"

static limen_status check_array(const limen_array *array, const char *name, limen_input input,
                                limen_error *error)
{
    int64_t elements = 1;

    if (!limen_dtype_name(array->dtype))
        return limen_fail_cell(error, LIMEN_ERR_DTYPE, input, -1, -1, "%s have dtype %d: no such",
                               name, (int)array->dtype);
    for (int axis = 0; axis < 3; axis++) {
        int64_t length = array->shape[axis];

        if (length < 0)
            return limen_fail_cell(error, LIMEN_ERR_SHAPE, input, -1, -1,
                                   "%s have a negative length on axis %d", name, axis);
        if (length && elements > INT64_MAX / length)
            return limen_fail_cell(error, LIMEN_ERR_OVERFLOW, input, -1, -1,
                                   "%s have too many elements", name);
        elements *= length;
    }
    if (elements && !array->data)
        return limen_fail_cell(error, LIMEN_ERR_ARGUMENT, input, -1, -1, "%s have data NULL", name);
    return LIMEN_OK;
}

limen_status limen_batch_check_scores(const limen_tally *tally, const limen_batch *batch,
                                      limen_checked_batch *checked, limen_error *error)
{
    const limen_spec *spec = &tally->spec;
    const limen_array *scores = &batch->scores;
    int predicted = spec->task == LIMEN_MULTICLASS && !limen_dtype_is_float(scores->dtype);
    int64_t columns = predicted ? 1 : spec->width;
    limen_status status;

    if (!limen_array_present(scores))
        return limen_fail_cell(error, LIMEN_ERR_ARGUMENT, LIMEN_INPUT_SCORES, -1, -1,
                               "the batch has no scores");
    status = check_array(scores, "scores", LIMEN_INPUT_SCORES, error);
    if (status != LIMEN_OK)
        return status;
    if (scores->shape[1] != columns)
        return limen_fail_cell(error, LIMEN_ERR_SHAPE, LIMEN_INPUT_SCORES, -1, -1,
                               "scores of dtype %s have %lld columns where %lld are expected",
                               limen_dtype_name(scores->dtype), (long long)scores->shape[1],
                               (long long)columns);
    if (spec->score_dtype != LIMEN_NONE && scores->dtype != spec->score_dtype)
        return limen_fail_cell(error, LIMEN_ERR_CONFIG, LIMEN_INPUT_SCORES, -1, -1,
                               "scores are %s, but the tally's are %s: convert them, or reset the "
                               "tally",
                               limen_dtype_name(scores->dtype),
                               limen_dtype_name(spec->score_dtype));
    *checked = (limen_checked_batch){
        .batch = batch,
        .planes = limen_planes_of(scores),
        .samples = limen_array_samples(scores),
        .row_offset = batch->row_offset,
        .score_dtype = scores->dtype,
        .cuts = tally->cuts,
    };
    return LIMEN_OK;
}

static limen_status check_targets(const limen_tally *tally, const limen_batch *batch,
                                  limen_error *error)
{
    const limen_array *targets = &batch->targets;
    const limen_array *scores = &batch->scores;
    int64_t columns = tally->spec.task == LIMEN_MULTICLASS ? 1 : tally->spec.width;
    limen_status status;

    if (!limen_array_present(targets))
        return limen_fail_cell(error, LIMEN_ERR_ARGUMENT, LIMEN_INPUT_TARGETS, -1, -1,
                               "the batch has no targets");
    status = check_array(targets, "targets", LIMEN_INPUT_TARGETS, error);
    if (status != LIMEN_OK)
        return status;
    if (targets->dtype == LIMEN_F16 || targets->dtype == LIMEN_BF16)
        return limen_fail_cell(error, LIMEN_ERR_DTYPE, LIMEN_INPUT_TARGETS, -1, -1,
                               "targets are %s: use an integer type, bool, float32 or float64",
                               limen_dtype_name(targets->dtype));
    if (targets->shape[0] != scores->shape[0] || targets->shape[1] != columns ||
        targets->shape[2] != scores->shape[2])
        return limen_fail_cell(error, LIMEN_ERR_SHAPE, LIMEN_INPUT_TARGETS, -1, -1,
                               "targets have shape (%lld, %lld, %lld) where scores ask for (%lld, "
                               "%lld, %lld)",
                               (long long)targets->shape[0], (long long)targets->shape[1],
                               (long long)targets->shape[2], (long long)scores->shape[0],
                               (long long)columns, (long long)scores->shape[2]);
    return LIMEN_OK;
}

/* Presence and shape of weights or groups: one value a sample, or one for all of axis 2. */
static limen_status check_rows(const limen_array *array, int wanted, const limen_array *scores,
                               const char *name, const char *field, limen_input input,
                               limen_error *error)
{
    limen_status status;

    if (!wanted && limen_array_present(array))
        return limen_fail_cell(error, LIMEN_ERR_ARGUMENT, input, -1, -1,
                               "the batch has %s, but the tally has none: set spec.%s", name,
                               field);
    if (!wanted)
        return LIMEN_OK;
    if (!limen_array_present(array))
        return limen_fail_cell(error, LIMEN_ERR_ARGUMENT, input, -1, -1,
                               "the batch has no %s, but spec.%s asks for them", name, field);
    status = check_array(array, name, input, error);
    if (status != LIMEN_OK)
        return status;
    if (array->shape[0] != scores->shape[0] || array->shape[1] != 1 ||
        (array->shape[2] != 1 && array->shape[2] != scores->shape[2]))
        return limen_fail_cell(error, LIMEN_ERR_SHAPE, input, -1, -1,
                               "%s have shape (%lld, %lld, %lld): one a sample is (%lld, 1, %lld)",
                               name, (long long)array->shape[0], (long long)array->shape[1],
                               (long long)array->shape[2], (long long)scores->shape[0],
                               (long long)scores->shape[2]);
    return LIMEN_OK;
}

/* The sample that element (i, k) of weights or groups is the first value of. */
static int64_t sample_of(const limen_batch *batch, int64_t i, int64_t k)
{
    return batch->row_offset + i * batch->scores.shape[2] + k;
}

static const void *row_cell(const limen_array *array, int64_t i, int64_t k)
{
    return (const unsigned char *)array->data + i * array->stride[0] + k * array->stride[2];
}

static limen_status check_weights(const limen_batch *batch, limen_error *error)
{
    const limen_array *weights = &batch->weights;

    if (weights->dtype != LIMEN_F32 && weights->dtype != LIMEN_F64)
        return limen_fail_cell(error, LIMEN_ERR_DTYPE, LIMEN_INPUT_WEIGHTS, -1, -1,
                               "weights are %s: use float32 or float64",
                               limen_dtype_name(weights->dtype));
    if (batch->scores.shape[2] == 0)
        return LIMEN_OK;
    for (int64_t i = 0; i < weights->shape[0]; i++) {
        for (int64_t k = 0; k < weights->shape[2]; k++) {
            double weight = limen_load_real(weights->dtype, row_cell(weights, i, k));

            if (!(weight >= 0.0) || isinf(weight))
                return limen_fail_cell(error, LIMEN_ERR_VALUE, LIMEN_INPUT_WEIGHTS,
                                       sample_of(batch, i, k), -1,
                                       "weight is %g: weights are finite and not negative", weight);
        }
    }
    return LIMEN_OK;
}

static limen_status check_groups(const limen_tally *tally, const limen_batch *batch,
                                 limen_error *error)
{
    const limen_array *groups = &batch->groups;

    if (!limen_dtype_is_integer(groups->dtype))
        return limen_fail_cell(error, LIMEN_ERR_DTYPE, LIMEN_INPUT_GROUPS, -1, -1,
                               "groups are %s: use an integer type",
                               limen_dtype_name(groups->dtype));
    if (batch->scores.shape[2] == 0)
        return LIMEN_OK;
    for (int64_t i = 0; i < groups->shape[0]; i++) {
        for (int64_t k = 0; k < groups->shape[2]; k++) {
            const void *cell = row_cell(groups, i, k);
            int64_t group;

            if (!limen_load_integer(groups->dtype, cell, &group) || group < 0 ||
                group >= tally->spec.groups)
                return limen_fail_cell(
                    error, LIMEN_ERR_VALUE, LIMEN_INPUT_GROUPS, sample_of(batch, i, k), -1,
                    "group is %.0f: groups are from 0 to %lld",
                    limen_load_number(groups->dtype, cell), (long long)(tally->spec.groups - 1));
        }
    }
    return LIMEN_OK;
}

limen_status limen_batch_check(const limen_tally *tally, const limen_batch *batch,
                               limen_checked_batch *checked, limen_error *error)
{
    const limen_spec *spec = &tally->spec;
    limen_status status = limen_batch_check_scores(tally, batch, checked, error);

    if (status == LIMEN_OK)
        status = check_targets(tally, batch, error);
    if (status == LIMEN_OK)
        status = check_rows(&batch->weights, spec->weighted, &batch->scores, "weights", "weighted",
                            LIMEN_INPUT_WEIGHTS, error);
    if (status == LIMEN_OK)
        status = check_rows(&batch->groups, spec->groups > 0, &batch->scores, "groups", "groups",
                            LIMEN_INPUT_GROUPS, error);
    if (status == LIMEN_OK && spec->weighted)
        status = check_weights(batch, error);
    if (status == LIMEN_OK && spec->groups > 0)
        status = check_groups(tally, batch, error);
    return status;
}
