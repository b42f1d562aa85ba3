/* limen._core.Array: what an object gave when it was taken, so that a stream that can be read but
 * once, or a list that is slow to walk, serves several calls. */
#include "ingest.h"

#include <string.h>

typedef struct array_object {
    PyObject_HEAD limen_tensor tensor;
} array_object;

/* null: None, a float (NaN is what a null becomes) or an integer. */
static int take_null(PyObject *null, limen_tensor *tensor)
{
    if (!null || null == Py_None)
        return 0;
    tensor->nulls = PyFloat_Check(null) ? LIMEN_NULLS_NAN : LIMEN_NULLS_VALUE;
    return PyFloat_Check(null) ? 0 : limen_take_int64(null, "null", &tensor->null_value);
}

static PyObject *array_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = {"object", "name", "null"};
    limen_module *module = PyType_GetModuleState(type);
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    const char *name = "array";
    PyObject *values[3];
    array_object *self;

    if (!module || limen_arguments_tuple("Array", names, 3, 2, 1, args, kwargs, values) < 0)
        return NULL;
    if (values[1] && !(name = PyUnicode_AsUTF8AndSize(values[1], NULL)))
        return NULL;
    self = (array_object *)allocate(type, 0);
    if (self && (take_null(values[2], &self->tensor) < 0 ||
                 limen_tensor_take(module, values[0], name, &self->tensor) < 0)) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static void array_dealloc(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);

    limen_tensor_release(&((array_object *)object)->tensor);
    release(object);
    Py_DECREF(type);
}

static PyObject *get_shape(PyObject *object, void *unused)
{
    const limen_tensor *tensor = &((array_object *)object)->tensor;
    PyObject *shape = PyTuple_New(tensor->ndim);

    (void)unused;
    for (int axis = 0; shape && axis < tensor->ndim; axis++) {
        PyObject *length = PyLong_FromLongLong(tensor->shape[axis]);

        if (!length || PyTuple_SetItem(shape, axis, length) < 0)
            Py_CLEAR(shape);
    }
    return shape;
}

static PyObject *get_dtype(PyObject *object, void *unused)
{
    const char *name = limen_dtype_name(((array_object *)object)->tensor.dtype);

    (void)unused;
    return name ? PyUnicode_FromString(name) : Py_NewRef(Py_None);
}

static PyObject *array_repr(PyObject *object)
{
    const char *dtype = limen_dtype_name(((array_object *)object)->tensor.dtype);
    PyObject *shape = get_shape(object, NULL);
    PyObject *text = shape ? PyUnicode_FromFormat("<limen._core.Array of %s, shape %R>",
                                                  dtype ? dtype : "nothing", shape)
                           : NULL;

    Py_XDECREF(shape);
    return text;
}

int limen_take_array(limen_module *module, PyObject *object, const char *argument,
                     limen_tensor *tensor)
{
    const limen_tensor *taken;

    (void)argument;
    if (!Py_IS_TYPE(object, (PyTypeObject *)module->array_type))
        return 0;
    taken = &((array_object *)object)->tensor;
    tensor->data = taken->data;
    tensor->dtype = taken->dtype;
    tensor->ndim = taken->ndim;
    tensor->writable = taken->writable;
    memcpy(tensor->shape, taken->shape, sizeof taken->shape);
    memcpy(tensor->stride, taken->stride, sizeof taken->stride);
    limen_tensor_hold(tensor, object);
    return 1;
}

static PyGetSetDef properties[] = {
    {"shape", get_shape, NULL, "Lengths of the dimensions.", NULL},
    {"dtype", get_dtype, NULL, "As NumPy names it; bfloat16 too.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_new, array_new},
    {Py_tp_dealloc, array_dealloc},
    {Py_tp_repr, array_repr},
    {Py_tp_getset, properties},
    {Py_tp_doc, "Array(object, name='array', *, null=None)\n--\n\n"
                "An object as limen reads it, in place where strides allow; to be given to several "
                "calls.\nname stands in errors; null is what an Arrow null becomes: an error "
                "(None), NaN, or an integer."},
    {0, NULL},
};

PyObject *limen_array_type(PyObject *module)
{
    PyType_Spec spec = {.name = "limen._core.Array",
                        .basicsize = sizeof(array_object),
                        .flags = Py_TPFLAGS_DEFAULT,
                        .slots = slots};

    return PyType_FromModuleAndSpec(module, &spec, NULL);
}
