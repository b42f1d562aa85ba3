#include "report/width.h"

#include <stdint.h>
#include <string.h>

struct range {
    uint32_t first, last;
};

/* After Unicode's East Asian Width (UAX 11), in coarse blocks: W and F. */
static const struct range wide[] = {
    {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},
    {0x4e00, 0x9fff},   {0xa000, 0xa4cf},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},
    {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x1f300, 0x1f64f},
    {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
};

/* General categories Mn and Me of the scripts in common use, and zero-width format characters. */
static const struct range combining[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x0610, 0x061a}, {0x064b, 0x065f},
    {0x093c, 0x093c}, {0x0941, 0x0948}, {0x094d, 0x094d}, {0x0e31, 0x0e31}, {0x0e34, 0x0e3a},
    {0x0e47, 0x0e4e}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f}, {0x202a, 0x202e},
    {0x2060, 0x2064}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff},
};

static int is_in(const struct range *ranges, size_t count, uint32_t point)
{
    for (size_t i = 0; i < count; i++)
        if (point >= ranges[i].first && point <= ranges[i].last)
            return 1;
    return 0;
}

/* One character: its bytes and columns. ok is 0 for a byte to be shown as '?'. */
struct glyph {
    size_t bytes, columns;
    int ok;
};

static struct glyph next_glyph(const char *text, size_t length)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *at = (const unsigned char *)text;
    size_t bytes = at[0] < 0x80 ? 1 : (at[0] >> 5) == 6 ? 2 : (at[0] >> 4) == 14 ? 3 : 4;
    uint32_t point = at[0];

    if (bytes == 1)
        return (struct glyph){1, 1, point >= 0x20 && point != 0x7f};
    if (bytes > length || at[0] < 0xc2 || at[0] > 0xf4)
        return (struct glyph){1, 1, 0};
    point &= 0x7fu >> bytes;
    for (size_t i = 1; i < bytes; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return (struct glyph){1, 1, 0};
        point = point << 6 | (at[i] & 0x3fu);
    }
    if (point < least[bytes] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return (struct glyph){1, 1, 0};
    if (point < 0xa0 || (point >= 0x202a && point <= 0x202e))
        return (struct glyph){bytes, 1, 0};
    if (is_in(combining, sizeof combining / sizeof combining[0], point))
        return (struct glyph){bytes, 0, 1};
    return (struct glyph){bytes, is_in(wide, sizeof wide / sizeof wide[0], point) ? 2 : 1, 1};
}

size_t limen_text_width(const char *text, size_t length)
{
    size_t columns = 0;

    for (size_t at = 0; at < length;) {
        struct glyph glyph = next_glyph(text + at, length - at);

        columns += glyph.columns;
        at += glyph.bytes;
    }
    return columns;
}

size_t limen_text_put(limen_buffer *out, const char *text, size_t length, size_t columns)
{
    int cut = limen_text_width(text, length) > columns;
    size_t room = cut && columns > 0 ? columns - 1 : columns;
    size_t used = 0;

    for (size_t at = 0; at < length;) {
        struct glyph glyph = next_glyph(text + at, length - at);

        if (used + glyph.columns > room)
            break;
        if (glyph.ok)
            limen_buffer_add(out, text + at, glyph.bytes);
        else
            limen_buffer_text(out, "?");
        used += glyph.columns;
        at += glyph.bytes;
    }
    if (cut && columns > 0) {
        limen_buffer_text(out, "\xe2\x80\xa6");
        used++;
    }
    return used;
}

size_t limen_text_break(const char *text, size_t columns)
{
    size_t length = strlen(text), end = 0;

    if (limen_text_width(text, length) <= columns)
        return length;
    for (size_t i = 1; i < length; i++)
        if (text[i] == ' ' && (end == 0 || limen_text_width(text, i) <= columns))
            end = i;
    return end ? end : length;
}
