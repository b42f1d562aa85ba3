/* What a layout draws with. text.c, markdown.c and html.c each have a pen. */
#ifndef LIMEN_REPORT_PEN_H
#define LIMEN_REPORT_PEN_H

#include "report/grid.h"

typedef struct limen_pen limen_pen;

struct limen_pen {
    limen_buffer *out;
    size_t columns; /* room in a line */
    int colour;
    void (*gap)(const limen_pen *pen); /* a blank line */
    void (*heading)(const limen_pen *pen, const char *text);
    void (*line)(const limen_pen *pen, const char *text); /* a paragraph of one line */
    void (*grid)(const limen_pen *pen, const limen_grid *grid);
};

limen_pen limen_text_pen(limen_buffer *out, int columns, int colour);
limen_pen limen_markdown_pen(limen_buffer *out);
limen_pen limen_html_pen(limen_buffer *out);

#endif
