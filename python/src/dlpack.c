/* DLPack, both the first form of the capsule ("dltensor") and the versioned one. Only what the
 * exchange needs of the ABI is declared here. */
#include "ingest.h"

#include <string.h>

typedef struct dl_device {
    int32_t type;
    int32_t id;
} dl_device;

typedef struct dl_type {
    uint8_t code, bits;
    uint16_t lanes;
} dl_type;

typedef struct dl_tensor {
    void *data;
    dl_device device;
    int32_t ndim;
    dl_type dtype;
    int64_t *shape, *strides; /* in elements; strides NULL: row-major */
    uint64_t byte_offset;
} dl_tensor;

struct dl_managed {
    dl_tensor tensor;
    void *context;
    void (*deleter)(struct dl_managed *self);
};

struct dl_managed_versioned {
    uint32_t major, minor;
    void *context;
    void (*deleter)(struct dl_managed_versioned *self);
    uint64_t flags;
    dl_tensor tensor;
};

enum { DL_INT = 0, DL_UINT = 1, DL_FLOAT = 2, DL_BFLOAT = 4, DL_BOOL = 6 };
enum { DL_CPU = 1, DL_CUDA_HOST = 3, DL_MAJOR = 1, DL_READ_ONLY = 1 };

static int is_host(long device)
{
    return device == DL_CPU || device == DL_CUDA_HOST;
}

static limen_dtype dtype_of(dl_type type)
{
    static const struct {
        uint8_t code, bits;
        limen_dtype dtype;
    } known[] = {
        {DL_BOOL, 8, LIMEN_BOOL},    {DL_UINT, 8, LIMEN_U8},    {DL_INT, 8, LIMEN_I8},
        {DL_UINT, 16, LIMEN_U16},    {DL_INT, 16, LIMEN_I16},   {DL_UINT, 32, LIMEN_U32},
        {DL_INT, 32, LIMEN_I32},     {DL_UINT, 64, LIMEN_U64},  {DL_INT, 64, LIMEN_I64},
        {DL_FLOAT, 16, LIMEN_F16},   {DL_FLOAT, 32, LIMEN_F32}, {DL_FLOAT, 64, LIMEN_F64},
        {DL_BFLOAT, 16, LIMEN_BF16},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known && type.lanes == 1; i++)
        if (known[i].code == type.code && known[i].bits == type.bits)
            return known[i].dtype;
    return LIMEN_NONE;
}

static int read_tensor(const dl_tensor *from, const char *argument, limen_tensor *tensor)
{
    uint64_t size;

    if (!is_host(from->device.type)) {
        PyErr_Format(PyExc_ValueError, "%s is on device type %d: move it to the CPU", argument,
                     (int)from->device.type);
        return -1;
    }
    tensor->dtype = dtype_of(from->dtype);
    if (tensor->dtype == LIMEN_NONE) {
        PyErr_Format(PyExc_TypeError,
                     "%s has a DLPack dtype (code %d, %d bits, %d lanes) that is not read",
                     argument, from->dtype.code, from->dtype.bits, from->dtype.lanes);
        return -1;
    }
    if (from->ndim < 0 || from->ndim > LIMEN_MAX_DIMENSIONS) {
        PyErr_Format(PyExc_ValueError, "%s has %d dimensions, more than %d", argument,
                     (int)from->ndim, LIMEN_MAX_DIMENSIONS);
        return -1;
    }
    tensor->ndim = from->ndim;
    tensor->data = from->data ? (const char *)from->data + from->byte_offset : NULL;
    for (int axis = 0; axis < from->ndim; axis++)
        tensor->shape[axis] = from->shape[axis];
    limen_tensor_pack(tensor);
    size = limen_dtype_size(tensor->dtype);
    for (int axis = 0; from->strides && axis < from->ndim; axis++)
        tensor->stride[axis] = (int64_t)((uint64_t)from->strides[axis] * size);
    return 1;
}

/* The capsule's tensor; the capsule stays unconsumed, so its own destructor frees the producer's
 * memory when the last reference goes. */
static int read_capsule(PyObject *capsule, const char *argument, limen_tensor *tensor)
{
    if (PyCapsule_IsValid(capsule, "dltensor")) {
        struct dl_managed *managed = PyCapsule_GetPointer(capsule, "dltensor");

        return read_tensor(&managed->tensor, argument, tensor);
    }
    if (PyCapsule_IsValid(capsule, "dltensor_versioned")) {
        struct dl_managed_versioned *managed = PyCapsule_GetPointer(capsule, "dltensor_versioned");

        tensor->writable = !(managed->flags & DL_READ_ONLY);
        if (managed->major == DL_MAJOR)
            return read_tensor(&managed->tensor, argument, tensor);
        PyErr_Format(PyExc_ValueError, "%s speaks DLPack %u, which is not 1", argument,
                     (unsigned)managed->major);
        return -1;
    }
    if (PyCapsule_CheckExact(capsule) && PyCapsule_GetName(capsule))
        PyErr_Format(PyExc_ValueError,
                     "%s gave a capsule '%s', where 'dltensor' or 'dltensor_versioned' is due: a "
                     "capsule can be used once",
                     argument, PyCapsule_GetName(capsule));
    else
        PyErr_Format(PyExc_TypeError, "%s gave no DLPack capsule but %R", argument, capsule);
    return -1;
}

/* The device type; DL_CPU where the object does not say, -1 with an exception. */
static long device_of(limen_module *module, PyObject *object)
{
    PyObject *method, *pair;
    int device, id;
    int found = limen_attribute(module, object, NAME_DLPACK_DEVICE, &method);

    if (found <= 0)
        return found < 0 ? -1 : DL_CPU;
    pair = PyObject_CallNoArgs(method);
    Py_DECREF(method);
    if (!pair)
        return -1;
    if (!PyTuple_Check(pair) ||
        !PyArg_ParseTuple(pair, "ii;__dlpack_device__ gives two integers", &device, &id)) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "__dlpack_device__ must give a tuple of two integers");
        device = -1;
    }
    Py_DECREF(pair);
    return device;
}

/* Asks for the versioned form first; producers from before 1.0 know no such keyword. From another
 * device a copy on the CPU is asked for, which they cannot give. */
static PyObject *ask_for_capsule(PyObject *method, long device)
{
    PyObject *empty = PyTuple_New(0);
    PyObject *keywords = is_host(device)
                             ? Py_BuildValue("{s:(ii)}", "max_version", DL_MAJOR, 0)
                             : Py_BuildValue("{s:(ii),s:(ii),s:O}", "max_version", DL_MAJOR, 0,
                                             "dl_device", DL_CPU, 0, "copy", Py_True);
    PyObject *capsule = empty && keywords ? PyObject_Call(method, empty, keywords) : NULL;

    if (!capsule && empty && PyErr_ExceptionMatches(PyExc_TypeError)) {
        PyErr_Clear();
        capsule = PyObject_Call(method, empty, NULL);
    }
    Py_XDECREF(empty);
    Py_XDECREF(keywords);
    return capsule;
}

static int take_from(limen_module *module, PyObject *object, PyObject *method, const char *argument,
                     limen_tensor *tensor)
{
    long device = device_of(module, object);
    PyObject *capsule;

    if (device < 0 || (!is_host(device) && limen_warn_of_copy(module, argument) < 0))
        return -1;
    capsule = ask_for_capsule(method, device);
    if (!capsule)
        return -1;
    limen_tensor_hold(tensor, capsule);
    Py_DECREF(capsule);
    return read_capsule(capsule, argument, tensor);
}

/* A new reference to the object without its gradient, which is not exported. */
static PyObject *detached(limen_module *module, PyObject *object)
{
    PyObject *flag;
    int needed = limen_attribute(module, object, NAME_REQUIRES_GRAD, &flag);

    if (needed > 0) {
        needed = PyObject_IsTrue(flag);
        Py_DECREF(flag);
    }
    if (needed < 0)
        return NULL;
    return needed ? PyObject_CallMethodObjArgs(object, module->names[NAME_DETACH], NULL)
                  : Py_NewRef(object);
}

int limen_take_dlpack(limen_module *module, PyObject *object, const char *argument,
                      limen_tensor *tensor)
{
    PyObject *method, *source;
    int taken = limen_attribute(module, object, NAME_DLPACK, &method);

    if (taken <= 0)
        return taken;
    source = detached(module, object);
    if (source != object) { /* what was detached has a method of its own */
        Py_DECREF(method);
        method = source ? PyObject_GetAttr(source, module->names[NAME_DLPACK]) : NULL;
    }
    taken = method ? take_from(module, source, method, argument, tensor) : -1;
    Py_XDECREF(method);
    Py_XDECREF(source);
    return taken;
}
