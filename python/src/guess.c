/* torchmetrics' guess whether scores are probabilities or logits. */
#include "guess.h"

#include <string.h>

/* Compiled twice where the loader can choose; the core's own kernels are not for this file to see.
 */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__gnu_linux__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

/* As unsigned integers, the floats from +0 to 1 are those up to 1's bits; -0 is the sign bit. So
 * the greatest integer tells, unless there is a -0: then cells are looked at one by one. */
enum { LANES = 128 }; /* bytes that are compared at once, so that no comparison waits for another */
#define ALL_UNIT(name, type, one, minus_zero)                                           \
    WIDE static int name(const void *cells, int64_t count)                              \
    {                                                                                   \
        enum { STEP = LANES / sizeof(type) };                                           \
        const type *bits = cells;                                                       \
        type most[STEP] = {0}, outside = 0;                                             \
        int64_t i = 0;                                                                  \
                                                                                        \
        for (; i + STEP <= count; i += STEP)                                            \
            for (int64_t lane = 0; lane < STEP; lane++)                                 \
                most[lane] = most[lane] > bits[i + lane] ? most[lane] : bits[i + lane]; \
        for (int64_t lane = 0; lane < STEP; lane++)                                     \
            outside |= most[lane] > (one);                                              \
        for (i = outside ? 0 : i, outside = 0; i < count; i++)                          \
            outside |= (type)((bits[i] > (one)) & (bits[i] != (minus_zero)));           \
        return outside == 0;                                                            \
    }
ALL_UNIT(all_unit_f16, uint16_t, 0x3c00u, 0x8000u)
ALL_UNIT(all_unit_bf16, uint16_t, 0x3f80u, 0x8000u)
ALL_UNIT(all_unit_f32, uint32_t, 0x3f800000u, 0x80000000u)
ALL_UNIT(all_unit_f64, uint64_t, 0x3ff0000000000000u, 0x8000000000000000u)

/* Cells between two looks at the answer: logits are known by the block that is read first, as a
 * rule. That is the last one, so that the cache holds what counting reads first. */
enum { BLOCK = 1 << 14 };

static int all_unit_packed(limen_dtype dtype, const unsigned char *cells, int64_t count)
{
    int (*all_unit)(const void *, int64_t) = dtype == LIMEN_F16    ? all_unit_f16
                                             : dtype == LIMEN_BF16 ? all_unit_bf16
                                             : dtype == LIMEN_F32  ? all_unit_f32
                                                                   : all_unit_f64;
    int64_t size = (int64_t)limen_dtype_size(dtype);

    for (int64_t from = count > 0 ? (count - 1) / BLOCK * BLOCK : -1; from >= 0; from -= BLOCK)
        if (!all_unit(cells + from * size, count - from < BLOCK ? count - from : BLOCK))
            return 0;
    return 1;
}

/* Row by row where the last axis is packed, else cell by cell. */
static int all_unit_strided(const limen_tensor *tensor, int axis, const unsigned char *cells)
{
    int64_t size = (int64_t)limen_dtype_size(tensor->dtype);

    if (axis == tensor->ndim)
        return all_unit_packed(tensor->dtype, cells, 1);
    if (axis == tensor->ndim - 1 && tensor->stride[axis] == size)
        return all_unit_packed(tensor->dtype, cells, tensor->shape[axis]);
    for (int64_t i = 0; i < tensor->shape[axis]; i++)
        if (!all_unit_strided(tensor, axis + 1, cells + i * tensor->stride[axis]))
            return 0;
    return 1;
}

/* Whether no score is a NaN or outside [0, 1]; integers are decisions, which is as well. */
static int are_probabilities(const limen_tensor *tensor)
{
    int64_t count = limen_tensor_count(tensor);

    if (tensor->dtype < LIMEN_F16 || count == 0)
        return 1;
    return limen_tensor_is_packed(tensor) ? all_unit_packed(tensor->dtype, tensor->data, count)
                                          : all_unit_strided(tensor, 0, tensor->data);
}

PyObject *limen_are_probabilities(PyObject *module, PyObject *object)
{
    limen_tensor tensor = {0};
    int taken = limen_tensor_take(limen_module_of(module), object, "scores", &tensor);
    int answer = taken == 0 && are_probabilities(&tensor);

    limen_tensor_release(&tensor);
    return taken < 0 ? NULL : PyBool_FromLong(answer);
}

/* Adds the batch to a tally that is claimed, after a reset where it must hold this batch alone; the
 * tally, or NULL with an exception. */
static PyObject *add(limen_module *module, limen_tally_object *self, limen_batch *batch, int fresh)
{
    limen_error error;

    if (fresh)
        limen_tally_reset(self->tally);
    if (limen_tally_add(self->tally, batch, &error) != LIMEN_OK)
        return limen_raise(module, &error);
    return Py_NewRef((PyObject *)self);
}

PyObject *limen_add_guessing(PyObject *object, PyObject *const *args, Py_ssize_t nargs,
                             PyObject *kwnames)
{
    enum { PROBABILITIES, LOGITS, SCORES, TARGETS, WEIGHTS, FRESH, COUNT };
    static const char *const names[COUNT] = {"probabilities", "logits",  "scores",
                                             "targets",       "weights", "fresh"};
    limen_module *module = limen_module_of(object);
    PyObject *values[COUNT], *used = NULL;
    limen_tally_object *self;
    limen_owned_batch owned;
    int32_t fresh = 0;

    if (limen_arguments("add_guessing", names, COUNT, COUNT, TARGETS + 1, args, nargs, kwnames,
                        values) < 0 ||
        limen_take_flag(values[FRESH], "fresh", &fresh) < 0)
        return NULL;
    for (int i = PROBABILITIES; i <= LOGITS; i++)
        if (!PyObject_TypeCheck(values[i], (PyTypeObject *)module->tally_type)) {
            PyErr_Format(PyExc_TypeError, "%s must be a Tally, not %R", names[i], values[i]);
            return NULL;
        }
    self = (limen_tally_object *)values[PROBABILITIES];
    if (limen_tally_enter(self) < 0)
        return NULL;
    memset(&owned, 0, sizeof owned);
    if (limen_batch_take(module, limen_tally_spec(self->tally), values[SCORES], values[TARGETS],
                         values[WEIGHTS], NULL, &owned) == 0) {
        limen_tally_object *other = (limen_tally_object *)values[LOGITS];

        if (other == self || are_probabilities(&owned.tensors[0])) {
            used = add(module, self, &owned.batch, fresh);
        } else if (limen_tally_enter(other) == 0) {
            used = add(module, other, &owned.batch, fresh);
            limen_tally_leave(other);
        }
    }
    limen_batch_release(&owned);
    limen_tally_leave(self);
    return used;
}
