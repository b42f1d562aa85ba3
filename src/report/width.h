/* Text on a terminal: how many columns it takes, and how to cut it. */
#ifndef LIMEN_REPORT_WIDTH_H
#define LIMEN_REPORT_WIDTH_H

#include "core/buffer.h"

/* Columns of UTF-8 text: wide characters (East Asian, emoji) take 2, combining ones 0. Bytes that
 * are not UTF-8 and control characters count 1 and are printed as '?'. */
size_t limen_text_width(const char *text, size_t length);

/* Appends at most `columns` columns of the text, with an ellipsis at the end when it was cut, and
 * returns how many columns were used. */
size_t limen_text_put(limen_buffer *out, const char *text, size_t length, size_t columns);

/* How many bytes of a text go into its first line of at most so many columns: up to a space, or all
 * of its first word when that is longer, or all of it. */
size_t limen_text_break(const char *text, size_t columns);

#endif
