/* The .npy header: every form that NumPy writes, and what is refused, with the byte. */
#include "io/npy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/files.h"

static limen_status parse(int version, const char *dictionary, limen_npy *npy, limen_error *error)
{
    test_image image = test_npy(version, dictionary, "xxxxxxxxxxxx", 12);
    size_t header = 0;
    limen_status status = limen_npy_measure(image.bytes, image.length, &header, error);

    if (status == LIMEN_OK) {
        unsigned char *exact = malloc(header);

        assert_non_null(exact);
        assert_true(header <= image.length);
        memcpy(exact, image.bytes, header);
        status = limen_npy_parse(npy, exact, header, error);
        free(exact);
    }
    free(image.bytes);
    return status;
}

static void test_types(void **unused)
{
    static const struct {
        const char *descr;
        limen_dtype dtype;
        int swapped;
    } cases[] = {
        {"|b1", LIMEN_BOOL, 0}, {"|u1", LIMEN_U8, 0},   {"|i1", LIMEN_I8, 0},
        {"<u2", LIMEN_U16, 0},  {">i2", LIMEN_I16, 1},  {"<u4", LIMEN_U32, 0},
        {">i4", LIMEN_I32, 1},  {"=u8", LIMEN_U64, 0},  {"<i8", LIMEN_I64, 0},
        {"<f2", LIMEN_F16, 0},  {">f4", LIMEN_F32, 1},  {"<f8", LIMEN_F64, 0},
        {"f8", LIMEN_F64, 0},   {"|V2", LIMEN_BF16, 0}, {"bfloat16", LIMEN_BF16, 0},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char dictionary[128];
        limen_npy npy;

        (void)snprintf(dictionary, sizeof dictionary,
                       "{'descr': '%s', 'fortran_order': False, 'shape': (3, 2), }",
                       cases[i].descr);
        assert_int_equal(parse(1, dictionary, &npy, NULL), LIMEN_OK);
        assert_int_equal(npy.dtype, cases[i].dtype);
        assert_int_equal(npy.swapped, cases[i].swapped);
        assert_int_equal(npy.kind, LIMEN_NPY_NUMBER);
        assert_int_equal(npy.item, limen_dtype_size(npy.dtype));
        assert_int_equal(npy.bytes, 6 * (int64_t)npy.item);
    }
}

static void test_forms(void **unused)
{
    static const struct {
        int version;
        const char *dictionary;
        int ndim, fortran;
        int64_t shape[3];
    } cases[] = {
        {1, "{'descr': '<f4', 'fortran_order': False, 'shape': (5,), }", 1, 0, {5, 1, 1}},
        {2, "{'shape':(5L, 7L),'fortran_order':True,'descr':\"<f4\"}", 2, 1, {5, 7, 1}},
        {3,
         "  {  'fortran_order' : False ,\t'shape' : ( 2 , 3 , 4 , ) , 'descr' : '<f4' } ",
         3,
         0,
         {2, 3, 4}},
        {1, "{'descr': '<f4', 'fortran_order': False, 'shape': ()}", 0, 0, {1, 1, 1}},
        {1, "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3)}", 2, 0, {0, 3, 1}},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        limen_npy npy;

        assert_int_equal(parse(cases[i].version, cases[i].dictionary, &npy, NULL), LIMEN_OK);
        assert_int_equal(npy.ndim, cases[i].ndim);
        assert_int_equal(npy.fortran, cases[i].fortran);
        assert_memory_equal(npy.shape, cases[i].shape, sizeof npy.shape);
    }
}

static void test_strings(void **unused)
{
    limen_npy npy;

    (void)unused;
    assert_int_equal(
        parse(1, "{'descr': '>U7', 'fortran_order': False, 'shape': (2,)}", &npy, NULL), LIMEN_OK);
    assert_int_equal(npy.kind, LIMEN_NPY_UNICODE);
    assert_int_equal(npy.item, 28);
    assert_int_equal(npy.swapped, 1);
    assert_int_equal(
        parse(1, "{'descr': '|S5', 'fortran_order': False, 'shape': (2,)}", &npy, NULL), LIMEN_OK);
    assert_int_equal(npy.kind, LIMEN_NPY_BYTES);
    assert_int_equal(npy.item, 5);
}

static void test_refused(void **unused)
{
    static const struct {
        const char *dictionary;
        limen_status status;
        const char *part; /* of the message */
        int64_t byte;     /* -1: not checked */
    } cases[] = {
        {"{'descr': '|O', 'fortran_order': False, 'shape': (3,)}", LIMEN_ERR_UNSUPPORTED, "pickle",
         24},
        {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,)}", LIMEN_ERR_UNSUPPORTED,
         "structures", -1},
        {"{'descr': '<c8', 'fortran_order': False, 'shape': (3,)}", LIMEN_ERR_DTYPE, "<c8", -1},
        {"{'descr': '<f16', 'fortran_order': False, 'shape': (3,)}", LIMEN_ERR_DTYPE, "<f16", -1},
        {"{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (3,)}", LIMEN_ERR_FORMAT, "type",
         -1},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,2,3,4)}", LIMEN_ERR_SHAPE, "3 axes",
         -1},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", LIMEN_ERR_FORMAT, "number",
         -1},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
         LIMEN_ERR_OVERFLOW, "too large", -1},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
         LIMEN_ERR_OVERFLOW, "too large", -1},
        {"{'descr': '<f4', 'fortran_order': False}", LIMEN_ERR_FORMAT, "lacks one", -1},
        {"{'descr': '<f4', 'fortran_order': Maybe, 'shape': (3,)}", LIMEN_ERR_FORMAT, "neither",
         -1},
        {"{'descr': '<f4', 'descr': '<f4', 'shape': (3,)}", LIMEN_ERR_FORMAT, "second", -1},
        {"{'descr': '<f4', 'colour': 1, 'shape': (3,)}", LIMEN_ERR_FORMAT, "colour", -1},
        {"{'descr': '<f4, 'fortran_order': False, 'shape': (3,)}", LIMEN_ERR_FORMAT, "", -1},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3,)} x", LIMEN_ERR_FORMAT, "behind",
         -1},
        {"", LIMEN_ERR_FORMAT, "'{'", -1},
        {"{'descr", LIMEN_ERR_FORMAT, "without an end", -1},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        limen_npy npy;
        limen_error error = {.code = LIMEN_OK};

        assert_int_equal(parse(1, cases[i].dictionary, &npy, &error), cases[i].status);
        assert_int_equal(error.code, cases[i].status);
        assert_non_null(strstr(error.message, cases[i].part));
        assert_true(error.byte >= 10);
        if (cases[i].byte >= 0)
            assert_int_equal(error.byte, cases[i].byte);
    }
}

static void test_magic(void **unused)
{
    limen_error error;
    size_t header;

    (void)unused;
    assert_int_equal(limen_npy_measure((const unsigned char *)"", 0, &header, &error),
                     LIMEN_ERR_FORMAT);
    assert_non_null(strstr(error.message, "empty"));
    assert_int_equal(
        limen_npy_measure((const unsigned char *)"score,target\n", 13, &header, &error),
        LIMEN_ERR_FORMAT);
    assert_non_null(strstr(error.message, "no .npy file"));
    assert_int_equal(limen_npy_measure((const unsigned char *)"\x93NUMPY\x04\x00\x10\x00\x00\x00",
                                       12, &header, &error),
                     LIMEN_ERR_UNSUPPORTED);
    assert_int_equal(error.byte, 6);
    assert_int_equal(limen_npy_measure((const unsigned char *)"\x93NUMPY\x02\x00\xff\xff\xff\xff",
                                       12, &header, &error),
                     LIMEN_ERR_FORMAT);
}

static void test_write_header(void **unused)
{
    unsigned char header[LIMEN_NPY_WRITTEN];
    size_t length;
    limen_npy npy;

    (void)unused;
    limen_npy_write(header, "|u1", INT64_MAX / 2, 983);
    assert_int_equal(header[LIMEN_NPY_WRITTEN - 1], '\n');
    limen_npy_write(header, "|u1", 5, 0);
    assert_int_equal(limen_npy_measure(header, sizeof header, &length, NULL), LIMEN_OK);
    assert_int_equal(length, LIMEN_NPY_WRITTEN);
    assert_int_equal(limen_npy_parse(&npy, header, length, NULL), LIMEN_OK);
    assert_int_equal(npy.ndim, 1);
    assert_int_equal(npy.shape[0], 5);
    limen_npy_write(header, "<i8", 5, 3);
    assert_int_equal(limen_npy_parse(&npy, header, length, NULL), LIMEN_OK);
    assert_int_equal(npy.ndim, 2);
    assert_int_equal(npy.bytes, 120);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),   cmocka_unit_test(test_forms),
        cmocka_unit_test(test_strings), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_magic),   cmocka_unit_test(test_write_header),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
