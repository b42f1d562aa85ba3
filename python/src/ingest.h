/* Python objects as limen arrays, without a copy where the layout allows. */
#ifndef LIMEN_PYTHON_INGEST_H
#define LIMEN_PYTHON_INGEST_H

#include "core.h"

#define LIMEN_MAX_DIMENSIONS 16

/* What an Arrow null becomes. */
typedef enum limen_nulls {
    LIMEN_NULLS_REFUSED = 0,
    LIMEN_NULLS_NAN = 1, /* in columns of floats; refused in others */
    LIMEN_NULLS_VALUE = 2
} limen_nulls;

/* An array of any number of dimensions, and what keeps its memory alive. Zero it before use, but
 * for `nulls`; released once, also after a failure. */
typedef struct limen_tensor {
    const void *data;
    limen_dtype dtype;
    int ndim;
    int64_t shape[LIMEN_MAX_DIMENSIONS];
    int64_t stride[LIMEN_MAX_DIMENSIONS]; /* bytes */
    int writable;                         /* the memory is the object's own, and may be written */

    limen_nulls nulls; /* set by the caller */
    int64_t null_value;

    PyObject *object; /* kept alive: a tensor, a capsule, a memoryview, bytes that hold a copy */
    Py_buffer buffer;
    int has_buffer;
} limen_tensor;

/* From the first that the object has: a torch tensor on the CPU, the buffer protocol, the
 * Arrow interface, __dlpack__, __array__, or a list. None is an absent array (dtype NONE).
 * `argument` names it in errors. 0, or -1 with an exception. */
int limen_tensor_take(limen_module *module, PyObject *object, const char *argument,
                      limen_tensor *tensor);
void limen_tensor_release(limen_tensor *tensor);

/* Keeps `owner` alive as long as the tensor, in place of what it kept before. */
void limen_tensor_hold(limen_tensor *tensor, PyObject *owner);

/* As (sample, label, extra). With a label axis: (N, L, ...) with ... made one axis; (N,) is (N, 1).
 * Without: (N, ...). Copies only when the dimensions of ... cannot be walked with one stride. */
int limen_tensor_as_array(limen_tensor *tensor, const char *argument, int label_axis,
                          limen_array *array);

/* Sources of tensors, each 1 when the object was one of theirs, 0 when not, -1 with an exception.
 */
int limen_take_array(limen_module *module, PyObject *object, const char *argument,
                     limen_tensor *tensor);
int limen_take_torch(limen_module *module, PyObject *object, const char *argument,
                     limen_tensor *tensor);
int limen_take_buffer(limen_module *module, PyObject *object, const char *argument,
                      limen_tensor *tensor);
int limen_take_dlpack(limen_module *module, PyObject *object, const char *argument,
                      limen_tensor *tensor);
int limen_take_arrow(limen_module *module, PyObject *object, const char *argument,
                     limen_tensor *tensor);
int limen_take_numpy(limen_module *module, PyObject *object, const char *argument,
                     limen_tensor *tensor);
int limen_take_list(limen_module *module, PyObject *object, const char *argument,
                    limen_tensor *tensor);

/* Says once a process that data travels from another device. -1 with an exception when warnings are
 * errors. */
int limen_warn_of_copy(limen_module *module, const char *argument);

/* Fresh memory for `count` elements as the tensor's data (a bytes object holds it). NULL with an
 * exception. */
void *limen_tensor_own(limen_tensor *tensor, limen_dtype dtype, int64_t count);

/* Elements, the product of the shape. */
int64_t limen_tensor_count(const limen_tensor *tensor);

/* Whether the elements follow each other in row-major order without gaps. */
int limen_tensor_is_packed(const limen_tensor *tensor);

/* One element as a double. */
double limen_cell_number(limen_dtype dtype, const void *cell);

/* Row-major strides for the shape that is set. */
void limen_tensor_pack(limen_tensor *tensor);

/* limen._core.Array: an object that was taken once, to be given to several calls. */
PyObject *limen_array_type(PyObject *module);

#endif
