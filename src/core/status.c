#include "core/status.h"

#include <stdarg.h>
#include <stdio.h>

const char *limen_status_name(limen_status status)
{
    switch (status) {
#define XX(name, value, text) \
    case LIMEN_##name:        \
        return "LIMEN_" #name;
        LIMEN_STATUS_MAP(XX)
#undef XX
    }
    return "LIMEN_UNKNOWN";
}

const char *limen_status_text(limen_status status)
{
    switch (status) {
#define XX(name, value, text) \
    case LIMEN_##name:        \
        return text;
        LIMEN_STATUS_MAP(XX)
#undef XX
    }
    return "unknown status";
}

static void error_place(limen_error *error, limen_status code, limen_input input, int64_t row,
                        int64_t column, int64_t byte)
{
    error->code = code;
    error->input = input;
    error->row = row;
    error->column = column;
    error->byte = byte;
}

/* The va_list dance stands once; each function differs in the place alone. */
#define FAIL(input, row, column, byte)                                                 \
    do {                                                                               \
        if (error) {                                                                   \
            va_list arguments;                                                         \
            error_place(error, code, input, row, column, byte);                        \
            va_start(arguments, format);                                               \
            (void)vsnprintf(error->message, sizeof error->message, format, arguments); \
            va_end(arguments);                                                         \
        }                                                                              \
        return code;                                                                   \
    } while (0)

limen_status limen_fail(limen_error *error, limen_status code, const char *format, ...)
{
    FAIL(LIMEN_INPUT_NONE, -1, -1, -1);
}

limen_status limen_fail_cell(limen_error *error, limen_status code, limen_input input, int64_t row,
                             int64_t column, const char *format, ...)
{
    FAIL(input, row, column, -1);
}

limen_status limen_fail_line(limen_error *error, limen_status code, int64_t line, int64_t field,
                             const char *format, ...)
{
    FAIL(LIMEN_INPUT_NONE, line, field, -1);
}

limen_status limen_fail_byte(limen_error *error, limen_status code, int64_t byte,
                             const char *format, ...)
{
    FAIL(LIMEN_INPUT_NONE, -1, -1, byte);
}

limen_status limen_fail_memory(limen_error *error, size_t bytes)
{
    if (bytes == 0)
        return limen_fail(error, LIMEN_ERR_MEMORY, "out of memory");
    return limen_fail(error, LIMEN_ERR_MEMORY, "out of memory: %zu bytes were not to be had",
                      bytes);
}
