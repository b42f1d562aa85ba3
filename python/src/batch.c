#include "tally.h"

/* Whether scores have an axis of labels or classes: always for multilabel; for multiclass when they
 * have a dimension more than the targets (else they are class numbers). */
static int has_label_axis(limen_task task, const limen_tensor *scores, const limen_tensor *targets)
{
    if (task == LIMEN_MULTILABEL)
        return 1;
    if (task == LIMEN_BINARY)
        return 0;
    return targets->dtype == LIMEN_NONE ? limen_dtype_size(scores->dtype) > 0 && scores->ndim > 1
                                        : scores->ndim > targets->ndim;
}

int limen_batch_take(limen_module *module, const limen_spec *spec, PyObject *scores,
                     PyObject *targets, PyObject *weights, PyObject *groups, limen_owned_batch *out)
{
    PyObject *const objects[4] = {scores, targets, weights, groups};
    static const char *const names[4] = {"scores", "targets", "weights", "groups"};
    limen_array *arrays[4] = {&out->batch.scores, &out->batch.targets, &out->batch.weights,
                              &out->batch.groups};

    out->batch.size = sizeof out->batch;
    out->tensors[0].nulls = LIMEN_NULLS_NAN;
    if (spec->has_ignore_index) {
        out->tensors[1].nulls = LIMEN_NULLS_VALUE;
        out->tensors[1].null_value = spec->ignore_index;
    }
    for (int i = 0; i < 4; i++)
        if (limen_tensor_take(module, objects[i], names[i], &out->tensors[i]) < 0)
            return -1;
    for (int i = 0; i < 4; i++) {
        int label_axis = i == 0   ? has_label_axis(spec->task, &out->tensors[0], &out->tensors[1])
                         : i == 1 ? spec->task == LIMEN_MULTILABEL
                                  : 0;

        if (limen_tensor_as_array(&out->tensors[i], names[i], label_axis, arrays[i]) < 0)
            return -1;
    }
    return 0;
}

void limen_batch_release(limen_owned_batch *batch)
{
    for (int i = 0; i < 4; i++)
        limen_tensor_release(&batch->tensors[i]);
}
