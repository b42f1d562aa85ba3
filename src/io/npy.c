#include "io/npy.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The header is a Python dictionary, of which this reads the part that NumPy writes. */
struct parser {
    const char *begin, *at, *end;
    int64_t offset; /* of `begin` in the file */
    limen_error *error;
};

#define FAIL(parser, code, ...)                                                                 \
    limen_fail_byte((parser)->error, code, (parser)->offset + ((parser)->at - (parser)->begin), \
                    __VA_ARGS__)

static int host_is_little(void)
{
    const uint16_t one = 1;

    return *(const unsigned char *)&one;
}

limen_status limen_npy_measure(const unsigned char *bytes, size_t count, size_t *header,
                               limen_error *error)
{
    enum { LONGEST = 1 << 20 };
    size_t length;

    if (count == 0)
        return limen_fail_byte(error, LIMEN_ERR_FORMAT, 0, "is empty; an .npy file is wanted");
    if (count < LIMEN_NPY_PREFIX || memcmp(bytes, "\x93NUMPY", 6) != 0)
        return limen_fail_byte(error, LIMEN_ERR_FORMAT, 0,
                               "is no .npy file; write it with numpy.save");
    if (bytes[6] < 1 || bytes[6] > 3)
        return limen_fail_byte(error, LIMEN_ERR_UNSUPPORTED, 6,
                               "is .npy version %d.%d; versions 1 to 3 are read", bytes[6],
                               bytes[7]);
    length = (size_t)bytes[8] | (size_t)bytes[9] << 8;
    if (bytes[6] == 1) {
        *header = 10 + length;
        return LIMEN_OK;
    }
    length |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
    if (length > LONGEST)
        return limen_fail_byte(error, LIMEN_ERR_FORMAT, 8,
                               "claims a header of %zu bytes; the file is damaged", length);
    *header = 12 + length;
    return LIMEN_OK;
}

static void skip_blanks(struct parser *parser)
{
    while (parser->at < parser->end && (*parser->at == ' ' || *parser->at == '\t' ||
                                        *parser->at == '\r' || *parser->at == '\n'))
        parser->at++;
}

/* Takes `c`, with the blanks before it. */
static int accept(struct parser *parser, char c)
{
    skip_blanks(parser);
    if (parser->at >= parser->end || *parser->at != c)
        return 0;
    parser->at++;
    return 1;
}

static limen_status expect(struct parser *parser, char c)
{
    if (accept(parser, c))
        return LIMEN_OK;
    return FAIL(parser, LIMEN_ERR_FORMAT, "the header lacks a '%c' here; the file is damaged", c);
}

static int accept_word(struct parser *parser, const char *word)
{
    size_t length = strlen(word);

    skip_blanks(parser);
    if ((size_t)(parser->end - parser->at) < length || memcmp(parser->at, word, length) != 0)
        return 0;
    parser->at += length;
    return 1;
}

/* A string in single or double quotes, without escapes, which NumPy never needs here. */
static limen_status read_string(struct parser *parser, char *text, size_t size)
{
    const char *from;
    size_t length;
    char quote = '\'';

    if (!accept(parser, quote)) {
        quote = '"';
        if (!accept(parser, quote))
            return FAIL(parser, LIMEN_ERR_FORMAT, "the header lacks a string here");
    }
    from = parser->at;
    while (parser->at < parser->end && *parser->at != quote)
        parser->at++;
    length = (size_t)(parser->at - from);
    if (parser->at >= parser->end || length >= size)
        return FAIL(parser, LIMEN_ERR_FORMAT, "the header has a string without an end");
    memcpy(text, from, length);
    text[length] = '\0';
    parser->at++;
    return LIMEN_OK;
}

static limen_dtype number_type(char kind, int64_t size)
{
    static const struct {
        char kind;
        signed char size;
        limen_dtype dtype;
    } types[] = {
        {'b', 1, LIMEN_BOOL}, {'?', 0, LIMEN_BOOL}, {'u', 1, LIMEN_U8},  {'i', 1, LIMEN_I8},
        {'u', 2, LIMEN_U16},  {'i', 2, LIMEN_I16},  {'u', 4, LIMEN_U32}, {'i', 4, LIMEN_I32},
        {'u', 8, LIMEN_U64},  {'i', 8, LIMEN_I64},  {'f', 2, LIMEN_F16}, {'f', 4, LIMEN_F32},
        {'f', 8, LIMEN_F64},  {'V', 2, LIMEN_BF16}, /* how NumPy writes the bfloat16 of the package
                                                       ml_dtypes */
    };

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (types[i].kind == kind && types[i].size == size)
            return types[i].dtype;
    return LIMEN_NONE;
}

static limen_status read_element_size(struct parser *parser, const char *digits, int64_t *size)
{
    *size = 0;
    for (; isdigit((unsigned char)*digits) && *size < INT32_MAX / 16; digits++)
        *size = *size * 10 + (*digits - '0');
    if (*digits)
        return FAIL(parser, LIMEN_ERR_FORMAT, "the header names no element type");
    return LIMEN_OK;
}

static limen_status set_type(struct parser *parser, limen_npy *npy, const char *descr)
{
    const char *type = descr;
    int little = host_is_little();
    char order = '|';
    int64_t size = 0;
    limen_status status;

    if (*type && strchr("<>=|", *type))
        order = *type++;
    npy->swapped = (order == '<' && !little) || (order == '>' && little);
    if (*type == 'O')
        return FAIL(parser, LIMEN_ERR_UNSUPPORTED,
                    "holds Python objects (a pickle), which are not read; save numbers, such as "
                    "array.astype(numpy.float32)");
    if (strcmp(type, "bfloat16") == 0)
        type = "V2";
    status = read_element_size(parser, *type ? type + 1 : type, &size);
    if (status != LIMEN_OK)
        return status;
    if (*type == 'U' || *type == 'S' || *type == 'a') {
        npy->kind = *type == 'U' ? LIMEN_NPY_UNICODE : LIMEN_NPY_BYTES;
        npy->item = (size_t)size * (*type == 'U' ? 4 : 1);
        return LIMEN_OK;
    }
    npy->dtype = number_type(*type, size);
    npy->item = limen_dtype_size(npy->dtype);
    if (npy->dtype == LIMEN_NONE)
        return FAIL(parser, LIMEN_ERR_DTYPE,
                    "has elements of type '%.20s'; bool, integers and floats of up to 8 bytes are "
                    "read",
                    descr);
    return LIMEN_OK;
}

static limen_status read_descr(struct parser *parser, limen_npy *npy)
{
    char descr[64];
    limen_status status;

    if (accept(parser, '['))
        return FAIL(parser, LIMEN_ERR_UNSUPPORTED,
                    "holds structures; save one field of them, such as array[\"score\"]");
    status = read_string(parser, descr, sizeof descr);
    return status == LIMEN_OK ? set_type(parser, npy, descr) : status;
}

static limen_status read_order(struct parser *parser, limen_npy *npy)
{
    if (accept_word(parser, "True"))
        npy->fortran = 1;
    else if (!accept_word(parser, "False"))
        return FAIL(parser, LIMEN_ERR_FORMAT, "fortran_order is neither True nor False");
    return LIMEN_OK;
}

static limen_status read_extent(struct parser *parser, int64_t *extent)
{
    const char *from;

    skip_blanks(parser);
    from = parser->at;
    *extent = 0;
    for (; parser->at < parser->end && isdigit((unsigned char)*parser->at); parser->at++) {
        if (*extent > (INT64_MAX - 9) / 10)
            return FAIL(parser, LIMEN_ERR_OVERFLOW, "the shape is too large");
        *extent = *extent * 10 + (*parser->at - '0');
    }
    if (parser->at == from)
        return FAIL(parser, LIMEN_ERR_FORMAT, "the shape lacks a number here");
    (void)(parser->at < parser->end && *parser->at == 'L' && parser->at++); /* Python 2 */
    return LIMEN_OK;
}

static limen_status read_shape(struct parser *parser, limen_npy *npy)
{
    limen_status status = expect(parser, '(');

    npy->ndim = 0;
    while (status == LIMEN_OK && !accept(parser, ')')) {
        int64_t extent = 0;

        status = read_extent(parser, &extent);
        if (status != LIMEN_OK)
            return status;
        if (npy->ndim == 3)
            return FAIL(parser, LIMEN_ERR_SHAPE,
                        "has more than 3 axes; reshape to (samples, labels, anything else)");
        npy->shape[npy->ndim++] = extent;
        if (!accept(parser, ',')) {
            status = expect(parser, ')');
            break;
        }
    }
    return status;
}

static limen_status read_entries(struct parser *parser, limen_npy *npy)
{
    static const struct {
        const char *key;
        limen_status (*read)(struct parser *, limen_npy *);
    } entries[] = {{"descr", read_descr}, {"fortran_order", read_order}, {"shape", read_shape}};
    unsigned seen = 0;
    limen_status status = expect(parser, '{');

    while (status == LIMEN_OK && !accept(parser, '}')) {
        char key[32];
        size_t i = 0;

        status = read_string(parser, key, sizeof key);
        while (status == LIMEN_OK && i < 3 && strcmp(key, entries[i].key) != 0)
            i++;
        if (status == LIMEN_OK && (i == 3 || seen & 1u << i))
            status = FAIL(parser, LIMEN_ERR_FORMAT,
                          "the header has an unknown or second entry '%s'", key);
        if (status == LIMEN_OK)
            status = expect(parser, ':');
        if (status == LIMEN_OK)
            status = entries[i].read(parser, npy);
        seen |= 1u << i;
        if (status == LIMEN_OK && !accept(parser, ',')) {
            status = expect(parser, '}');
            break;
        }
    }
    if (status == LIMEN_OK && seen != 7)
        status = FAIL(parser, LIMEN_ERR_FORMAT,
                      "the header lacks one of descr, fortran_order and shape");
    return status;
}

static limen_status measure_data(struct parser *parser, limen_npy *npy)
{
    int64_t bytes = (int64_t)npy->item;

    for (int axis = 0; axis < 3; axis++) {
        if (npy->shape[axis] != 0 && bytes > INT64_MAX / 2 / npy->shape[axis])
            return FAIL(parser, LIMEN_ERR_OVERFLOW, "the shape is too large");
        bytes *= npy->shape[axis];
    }
    npy->bytes = bytes;
    return LIMEN_OK;
}

limen_status limen_npy_parse(limen_npy *npy, const unsigned char *bytes, size_t header,
                             limen_error *error)
{
    size_t prefix = bytes[6] == 1 ? 10 : 12;
    struct parser parser = {.begin = (const char *)bytes + prefix,
                            .at = (const char *)bytes + prefix,
                            .end = (const char *)bytes + header,
                            .offset = (int64_t)prefix,
                            .error = error};
    limen_status status;

    *npy = (limen_npy){.shape = {1, 1, 1}, .data = (int64_t)header};
    status = read_entries(&parser, npy);
    if (status != LIMEN_OK)
        return status;
    skip_blanks(&parser);
    if (parser.at != parser.end)
        return FAIL(&parser, LIMEN_ERR_FORMAT, "the header goes on behind its end");
    return measure_data(&parser, npy);
}

void limen_npy_write(unsigned char header[LIMEN_NPY_WRITTEN], const char *descr, int64_t rows,
                     int64_t columns)
{
    char text[LIMEN_NPY_WRITTEN];
    char second[32] = "";
    int length;

    if (columns > 0)
        (void)snprintf(second, sizeof second, " %lld", (long long)columns);
    length =
        snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': (%lld,%s), }",
                 descr, (long long)rows, second);
    memset(header, ' ', LIMEN_NPY_WRITTEN);
    memcpy(header, "\x93NUMPY\x01\x00\x76\x00", 10);
    memcpy(header + 10, text, (size_t)length);
    header[LIMEN_NPY_WRITTEN - 1] = '\n';
}

void limen_npy_swap(void *elements, size_t count, size_t item)
{
    unsigned char *at = elements;

    for (size_t i = 0; i < count; i++, at += item)
        for (size_t low = 0, high = item - 1; low < high; low++, high--) {
            unsigned char byte = at[low];

            at[low] = at[high];
            at[high] = byte;
        }
}
