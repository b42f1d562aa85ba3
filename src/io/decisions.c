#include "core/buffer.h"
#include "io/names.h"
#include "io/npy.h"
#include "limen_io.h"

#include <stdio.h>
#include <string.h>

struct limen_decisions {
    limen_allocator allocator;
    limen_sink *sink;
    limen_task task;
    int64_t width;
    limen_names labels; /* CSV; as they stand in the file, in quotes where they need them */
    limen_buffer text;
    int is_npy;
    int64_t rows;
};

/* A field of RFC 4180. */
static limen_status add_quoted(limen_names *names, const char *name, limen_buffer *text,
                               limen_error *error)
{
    size_t length = strlen(name);

    if (length > 0 && !strpbrk(name, ",\"\r\n") && name[0] != ' ' && name[length - 1] != ' ')
        return limen_names_add(names, name, length, error);
    text->length = 0;
    limen_buffer_text(text, "\"");
    for (; *name; name++)
        limen_buffer_add(text, *name == '"' ? "\"\"" : name, *name == '"' ? 2 : 1);
    limen_buffer_text(text, "\"");
    if (text->failed)
        return limen_fail_memory(error, 0);
    return limen_names_add(names, text->bytes, text->length, error);
}

static limen_status set_labels(limen_decisions *decisions, const char *const *labels,
                               limen_error *error)
{
    limen_status status = LIMEN_OK;

    for (int64_t i = 0; i < decisions->width && status == LIMEN_OK; i++) {
        char number[24];

        (void)snprintf(number, sizeof number, "%lld", (long long)i);
        status =
            add_quoted(&decisions->labels, labels ? labels[i] : number, &decisions->text, error);
    }
    return status;
}

static limen_status write_header(limen_decisions *decisions, limen_error *error)
{
    limen_buffer *text = &decisions->text;

    text->length = 0;
    if (decisions->task == LIMEN_MULTICLASS)
        limen_buffer_text(text, "class");
    else
        for (int64_t i = 0; i < decisions->width; i++) {
            limen_buffer_text(text, i ? "," : "");
            limen_buffer_text(text, decisions->labels.items[i]);
        }
    limen_buffer_text(text, "\n");
    if (text->failed)
        return limen_fail_memory(error, 0);
    return limen_sink_write(decisions->sink, text->bytes, text->length, error);
}

static void make_npy_header(const limen_decisions *decisions,
                            unsigned char header[LIMEN_NPY_WRITTEN])
{
    const uint16_t one = 1;
    const char *classes = *(const unsigned char *)&one ? "<i8" : ">i8";

    if (decisions->task == LIMEN_MULTICLASS)
        limen_npy_write(header, classes, decisions->rows, 0);
    else
        limen_npy_write(header, "|u1", decisions->rows,
                        decisions->width == 1 ? 0 : decisions->width);
}

static limen_status begin(limen_decisions *decisions, const char *const *labels, limen_error *error)
{
    unsigned char header[LIMEN_NPY_WRITTEN];
    limen_status status;

    if (decisions->is_npy) {
        make_npy_header(decisions, header);
        return limen_sink_write(decisions->sink, header, sizeof header, error);
    }
    status = set_labels(decisions, labels, error);
    return status == LIMEN_OK ? write_header(decisions, error) : status;
}

limen_status limen_decisions_open(const char *path, limen_task task, int64_t width,
                                  const char *const *labels, const limen_allocator *allocator,
                                  limen_decisions **decisions, limen_error *error)
{
    limen_allocator memory = limen_allocator_or_default(allocator);
    limen_decisions *made;
    limen_status status;

    if (!limen_path_ends(path, ".npy") && !limen_path_ends(path, ".csv") && strcmp(path, "-") != 0)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "ends neither in .npy nor in .csv; one of them says what to write");
    if (width < 1)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "width is %lld; at least 1 is wanted",
                          (long long)width);
    made = limen_new(&memory, 1, sizeof *made);
    if (!made)
        return limen_fail_memory(error, sizeof *made);
    made->allocator = memory;
    made->task = task;
    made->width = width;
    made->is_npy = limen_path_ends(path, ".npy");
    limen_names_init(&made->labels, &memory);
    limen_buffer_init(&made->text, &memory);
    status = limen_sink_open(path, &memory, &made->sink, error);
    if (status == LIMEN_OK)
        status = begin(made, labels, error);
    if (status != LIMEN_OK) {
        limen_decisions_abort(made);
        return status;
    }
    *decisions = made;
    return LIMEN_OK;
}

static void add_row(limen_decisions *decisions, const unsigned char *row)
{
    for (int64_t i = 0; i < decisions->width; i++) {
        const char cell[2] = {row[i] ? '1' : '0', i + 1 < decisions->width ? ',' : '\n'};

        limen_buffer_add(&decisions->text, cell, 2);
    }
}

static limen_status write_text(limen_decisions *decisions, const void *values, int64_t rows,
                               limen_error *error)
{
    const unsigned char *flags = values;
    limen_buffer *text = &decisions->text;

    for (int64_t row = 0; row < rows; row++) {
        limen_status status;

        text->length = 0;
        if (decisions->task == LIMEN_MULTICLASS) {
            int64_t number;

            memcpy(&number, flags + row * (int64_t)sizeof number, sizeof number);
            if (number < 0 || number >= decisions->width)
                return limen_fail(error, LIMEN_ERR_ARGUMENT, "class %lld is not one of %lld",
                                  (long long)number, (long long)decisions->width);
            limen_buffer_text(text, decisions->labels.items[number]);
            limen_buffer_text(text, "\n");
        } else {
            add_row(decisions, flags + row * decisions->width);
        }
        status = text->failed ? limen_fail_memory(error, 0)
                              : limen_sink_write(decisions->sink, text->bytes, text->length, error);
        if (status != LIMEN_OK)
            return status;
    }
    return LIMEN_OK;
}

limen_status limen_decisions_write(limen_decisions *decisions, const void *values, int64_t rows,
                                   limen_error *error)
{
    size_t row_bytes =
        decisions->task == LIMEN_MULTICLASS ? sizeof(int64_t) : (size_t)decisions->width;
    limen_status status = decisions->is_npy ? limen_sink_write(decisions->sink, values,
                                                               (size_t)rows * row_bytes, error)
                                            : write_text(decisions, values, rows, error);

    if (status == LIMEN_OK)
        decisions->rows += rows;
    return status;
}

static void release(limen_decisions *decisions)
{
    limen_allocator allocator = decisions->allocator;

    limen_names_release(&decisions->labels);
    limen_buffer_release(&decisions->text);
    limen_delete(&allocator, decisions, 1, sizeof *decisions);
}

limen_status limen_decisions_commit(limen_decisions *decisions, limen_error *error)
{
    unsigned char header[LIMEN_NPY_WRITTEN];
    limen_status status = LIMEN_OK;

    if (decisions->is_npy) {
        make_npy_header(decisions, header);
        status = limen_sink_patch(decisions->sink, 0, header, sizeof header, error);
    }
    if (status == LIMEN_OK)
        status = limen_sink_commit(decisions->sink, error);
    else
        limen_sink_abort(decisions->sink);
    release(decisions);
    return status;
}

void limen_decisions_abort(limen_decisions *decisions)
{
    if (!decisions)
        return;
    limen_sink_abort(decisions->sink);
    release(decisions);
}
