/* Count arrays of another library that a tally adds into. */
#include "tally.h"

#include <string.h>

int limen_counts_take(limen_module *module, PyObject *object, const char *name, int64_t count,
                      limen_tensor *tensor, int64_t **out)
{
    if (limen_tensor_take(module, object, name, tensor) < 0)
        return -1;
    if (tensor->dtype != LIMEN_NONE &&
        (tensor->dtype != LIMEN_I64 || limen_tensor_count(tensor) != count ||
         !limen_tensor_is_packed(tensor))) {
        PyErr_Format(PyExc_ValueError, "%s must hold %lld int64 values without gaps", name,
                     (long long)count);
        return -1;
    }
    if (tensor->dtype != LIMEN_NONE && !tensor->writable) {
        PyErr_Format(PyExc_ValueError,
                     "%s cannot be added into: it must be writable memory of the object's own, on "
                     "the CPU",
                     name);
        return -1;
    }
    memcpy(out, &tensor->data, sizeof *out);
    return 0;
}

int limen_attached_take(limen_module *module, const limen_spec *spec, PyObject *arrays,
                        limen_attached *out)
{
    static const char *const names[ATTACHED_ARRAYS] = {"tp", "fp", "tn", "fn", "confusion"};
    limen_count_arrays *counts = &out->counts;
    int64_t **fields[ATTACHED_ARRAYS] = {&counts->tp, &counts->fp, &counts->tn, &counts->fn,
                                         &counts->confusion};
    int64_t groups = spec->groups > 0 ? spec->groups : 1;
    int64_t sets = spec->sets > 0 ? spec->sets : 1;
    int64_t width = spec->width > 0 ? spec->width : 1;

    counts->size = sizeof *counts;
    if (!PyTuple_Check(arrays) || PyTuple_Size(arrays) != ATTACHED_ARRAYS) {
        PyErr_SetString(PyExc_TypeError, "arrays must be a tuple (tp, fp, tn, fn, confusion)");
        return -1;
    }
    for (int i = 0; i < ATTACHED_ARRAYS; i++) {
        int64_t count = groups * sets * width * (fields[i] == &counts->confusion ? width : 1);

        if (limen_counts_take(module, PyTuple_GetItem(arrays, i), names[i], count, &out->tensors[i],
                              fields[i]) < 0)
            return -1;
    }
    return 0;
}

void limen_attached_release(limen_attached *attached)
{
    for (int i = 0; attached && i < ATTACHED_ARRAYS; i++)
        limen_tensor_release(&attached->tensors[i]);
    PyMem_Free(attached);
}
