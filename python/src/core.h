/* What the files of the extension share. Public limen headers only. The build defines
 * Py_LIMITED_API (3.11), except for free-threaded interpreters, which have no stable ABI, and for
 * debug builds, where it would hide references from their count. */
#ifndef LIMEN_PYTHON_CORE_H
#define LIMEN_PYTHON_CORE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "limen.h"

/* Attributes that are asked for at each call, so their names are made once. XX(NAME, "name") */
#define LIMEN_NAME_MAP(XX)                 \
    XX(ARRAY, "__array__")                 \
    XX(ARROW_ARRAY, "__arrow_c_array__")   \
    XX(ARROW_STREAM, "__arrow_c_stream__") \
    XX(CPU, "cpu")                         \
    XX(DATA_PTR, "data_ptr")               \
    XX(DETACH, "detach")                   \
    XX(DLPACK, "__dlpack__")               \
    XX(DLPACK_DEVICE, "__dlpack_device__") \
    XX(DTYPE, "dtype")                     \
    XX(IS_CPU, "is_cpu")                   \
    XX(IS_NEG, "is_neg")                   \
    XX(MODULE, "__module__")               \
    XX(REQUIRES_GRAD, "requires_grad")     \
    XX(RESOLVE_NEG, "resolve_neg")         \
    XX(SHAPE, "shape")                     \
    XX(STRIDE, "stride")

enum {
#define XX(name, text) NAME_##name,
    LIMEN_NAME_MAP(XX)
#undef XX
        NAME_COUNT
};

/* Per-module objects; nothing is global. The two dicts only grow, so what is found in them may be
 * borrowed, also where there is no interpreter lock. */
typedef struct limen_module {
    PyObject *error;      /* limen.Error */
    PyObject *tally_type; /* limen._core.Tally */
    PyObject *search_type;
    PyObject *result_type;
    PyObject *array_type;   /* limen._core.Array */
    PyObject *tensor_types; /* dict: the types that are torch tensors -> None */
    PyObject *dtypes;       /* dict: torch dtype -> limen_dtype, filled as dtypes are met */
    PyObject *warned;       /* set of the warnings that were given once */
    PyObject *names[NAME_COUNT];
} limen_module;

limen_module *limen_module_of(PyObject *module);

/* An attribute that may be missing: 1 and a new reference, 0, or -1 with another exception than
 * AttributeError. */
int limen_attribute(limen_module *module, PyObject *object, int name, PyObject **value);

/* That of an instance of our types, or of a subclass made in Python. */
limen_module *limen_module_of_object(PyObject *object);

/* Claims an object for one call; two threads in one would corrupt it. -1 with an exception. */
int limen_claim(int *busy, const char *type);
void limen_unclaim(int *busy);

/* ---- error.c ------------------------------------------------------------------------------ */

/* Raises limen.Error (or MemoryError) from an error of the library; returns NULL. */
PyObject *limen_raise(limen_module *module, const limen_error *error);

/* The same about a file: FILE:row:column: what is wrong, as the command line says it. */
PyObject *limen_raise_about(limen_module *module, PyObject *path, const limen_error *error);

/* Makes the exception class. */
PyObject *limen_error_type(PyObject *module);

/* ---- arguments.c -------------------------------------------------------------------------- */

/* Sorts the arguments of a METH_FASTCALL | METH_KEYWORDS call into values[0..count), borrowed or
 * NULL. The first `positional` names may be given by position, the first `required` must be given.
 * 0, or -1 with an exception that names the function and the argument. */
int limen_arguments(const char *function, const char *const *names, int count, int positional,
                    int required, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames,
                    PyObject **values);

/* The same for a tp_init, whose arguments come as a tuple and a dict. */
int limen_arguments_tuple(const char *function, const char *const *names, int count, int positional,
                          int required, PyObject *args, PyObject *kwargs, PyObject **values);

/* One of a list of words, by its place; -1 with an exception that lists them. NULL or None gives 0.
 */
int limen_choice(PyObject *value, const char *argument, const char *const *words, int count);

int limen_take_int64(PyObject *value, const char *argument, int64_t *out);
int limen_take_double(PyObject *value, const char *argument, double *out);
int limen_take_flag(PyObject *value, const char *argument, int32_t *out);

/* Numbers from a number, any nesting of sequences, or an array; *count of them in fresh memory
 * (PyMem_Free). None gives NULL and 0. */
int limen_take_doubles(limen_module *module, PyObject *value, const char *argument, double **out,
                       Py_ssize_t *count);

/* Names from None or a sequence of str; an array of `count` pointers (PyMem_Free) into strings that
 * *owner keeps alive. */
int limen_take_names(PyObject *value, const char *argument, const char ***names, Py_ssize_t *count,
                     PyObject **owner);

/* ---- result.c ----------------------------------------------------------------------------- */

/* limen._core.Result: a report, as dicts and lists or as text. */
PyObject *limen_result_type(PyObject *module);

/* A Result around `result`, which it takes over (also when it fails). */
PyObject *limen_result_wrap(limen_module *module, limen_result *result);

/* Numbers as a memoryview of shape (rows, columns), or (columns,) for rows 0: NumPy and others take
 * it without a copy, .tolist() needs nobody. `code` is 'd', 'q' or 'B'. Steals nothing; copies the
 * bytes. */
PyObject *limen_numbers(const void *values, char code, Py_ssize_t rows, Py_ssize_t columns);

#endif
