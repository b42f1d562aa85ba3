/* A result tree as JSON. Numbers read back as the same doubles; NaN is null, infinities are the
 * strings "+inf" and "-inf". */
#include "report/digits.h"
#include "report/report.h"

#include <math.h>

static int is_container(const limen_node *node)
{
    return limen_node_type(node) == LIMEN_NODE_OBJECT || limen_node_type(node) == LIMEN_NODE_ARRAY;
}

/* Length of the well-formed UTF-8 character at `text`, 0 when it is none. */
static size_t utf8_length(const unsigned char *text)
{
    size_t length = text[0] < 0xc2 ? 0 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;

    if (length == 0 || text[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
        (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f))
        return 0;
    return length;
}

/* Bytes that are not UTF-8 become U+FFFD: JSON has no others. */
static void put_string(limen_buffer *out, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;

    limen_buffer_text(out, "\"");
    while (*at) {
        size_t length = *at < 0x80 ? 1 : utf8_length(at);

        if (*at == '"' || *at == '\\')
            limen_buffer_printf(out, "\\%c", *at);
        else if (*at == '\n')
            limen_buffer_text(out, "\\n");
        else if (*at == '\t')
            limen_buffer_text(out, "\\t");
        else if (*at < 0x20 || *at == 0x7f)
            limen_buffer_printf(out, "\\u%04x", *at);
        else if (length == 0)
            limen_buffer_text(out, "\\ufffd");
        else
            limen_buffer_add(out, at, length);
        at += length ? length : 1;
    }
    limen_buffer_text(out, "\"");
}

static void put_number(limen_buffer *out, double value)
{
    char text[LIMEN_DIGITS_TEXT];

    if (isnan(value)) {
        limen_buffer_text(out, "null");
    } else if (isinf(value)) {
        limen_buffer_text(out, value > 0 ? "\"+inf\"" : "\"-inf\"");
    } else {
        limen_digits_exact(text, value);
        limen_buffer_text(out, text);
    }
}

static void put_leaf(limen_buffer *out, const limen_node *node)
{
    switch (limen_node_type(node)) {
    case LIMEN_NODE_STRING:
        put_string(out, limen_node_string(node));
        break;
    case LIMEN_NODE_BOOLEAN:
        limen_buffer_text(out, limen_node_number(node) != 0.0 ? "true" : "false");
        break;
    default:
        put_number(out, limen_node_number(node));
        break;
    }
}

static void put_key(limen_buffer *out, const char *name, const char *suffix)
{
    char key[256];

    if (*suffix == '\0') {
        put_string(out, name);
    } else {
        size_t length = strlen(name) < 200 ? strlen(name) : 200;

        memcpy(key, name, length);
        (void)strcpy(key + length, suffix);
        put_string(out, key);
    }
    limen_buffer_text(out, ": ");
}

static int has_containers(const limen_node *node)
{
    for (int64_t i = 0; i < limen_node_count(node); i++)
        if (is_container(limen_node_at(node, i)))
            return 1;
    return 0;
}

/* Whether a container stands on one line: one of leaves, and an object that has no more than arrays
 * of leaves beside them. Any other has a line a child. */
static int is_inline(const limen_node *node)
{
    if (limen_node_type(node) == LIMEN_NODE_ARRAY)
        return !has_containers(node);
    for (int64_t i = 0; i < limen_node_count(node); i++) {
        const limen_node *child = limen_node_at(node, i);

        if (limen_node_type(child) == LIMEN_NODE_OBJECT || has_containers(child))
            return 0;
    }
    return 1;
}

struct writer {
    limen_buffer *out;
    int depth;
    int written; /* members of the present container */
    int flat;    /* it stands on one line */
};

static void separate(struct writer *writer)
{
    if (writer->written++ > 0)
        limen_buffer_text(writer->out, writer->flat ? ", " : ",");
    if (!writer->flat) {
        limen_buffer_text(writer->out, "\n");
        limen_buffer_fill(writer->out, ' ', 2 * (size_t)writer->depth);
    }
}

static void put_node(limen_buffer *out, const limen_node *node, int depth);

static void put_members(struct writer *writer, const limen_node *node)
{
    int object = limen_node_type(node) == LIMEN_NODE_OBJECT;

    for (int64_t i = 0; i < limen_node_count(node); i++) {
        const limen_node *child = limen_node_at(node, i);
        double low, high;

        separate(writer);
        if (object)
            put_key(writer->out, limen_node_name(child), "");
        put_node(writer->out, child, writer->depth);
        if (object && limen_node_interval(child, &low, &high)) {
            separate(writer);
            put_key(writer->out, limen_node_name(child), "_interval");
            limen_buffer_text(writer->out, "[");
            put_number(writer->out, low);
            limen_buffer_text(writer->out, ", ");
            put_number(writer->out, high);
            limen_buffer_text(writer->out, "]");
        }
    }
}

static void put_node(limen_buffer *out, const limen_node *node, int depth)
{
    int object = limen_node_type(node) == LIMEN_NODE_OBJECT;
    struct writer writer = {.out = out, .depth = depth + 1, .flat = depth > 0 && is_inline(node)};

    if (!is_container(node)) {
        put_leaf(out, node);
        return;
    }
    limen_buffer_text(out, object ? "{" : "[");
    put_members(&writer, node);
    if (!writer.flat && writer.written > 0) {
        limen_buffer_text(out, "\n");
        limen_buffer_fill(out, ' ', 2 * (size_t)depth);
    }
    limen_buffer_text(out, object ? "}" : "]");
}

void limen_json_render(const limen_result *result, limen_buffer *out)
{
    put_node(out, limen_result_root(result), 0);
    limen_buffer_text(out, "\n");
}
