/* Draws grids as HTML tables, for a notebook. */
#include "report/pen.h"
#include "report/width.h"

static void put_escaped(limen_buffer *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        switch (text[i]) {
        case '&':
            limen_buffer_text(out, "&amp;");
            break;
        case '<':
            limen_buffer_text(out, "&lt;");
            break;
        case '>':
            limen_buffer_text(out, "&gt;");
            break;
        case '"':
            limen_buffer_text(out, "&quot;");
            break;
        case '\'':
            limen_buffer_text(out, "&#39;");
            break;
        default:
            limen_buffer_add(out, (unsigned char)text[i] < 0x20 ? "?" : text + i, 1);
        }
    }
}

static void put_element(const limen_pen *pen, const char *open, const char *text, size_t length,
                        const char *close)
{
    limen_buffer_text(pen->out, open);
    put_escaped(pen->out, text, length);
    limen_buffer_text(pen->out, close);
}

static void draw_gap(const limen_pen *pen)
{
    (void)pen; /* elements keep apart by themselves */
}

static void draw_heading(const limen_pen *pen, const char *text)
{
    put_element(pen, "<p><b>", text, strlen(text), "</b></p>\n");
}

static void draw_line(const limen_pen *pen, const char *text)
{
    put_element(pen, "<p>", text, strlen(text), "</p>\n");
}

/* Titles that neighbours share stand once above them. */
static void draw_bands(const limen_pen *pen, const limen_grid *grid)
{
    int any = 0;

    for (int i = 0; i < grid->columns; i++)
        any |= grid->column[i].band.length > 0;
    if (!any)
        return;
    limen_buffer_text(pen->out, "<tr>");
    for (int first = 0; first < grid->columns;) {
        const limen_grid_cell *band = &grid->column[first].band;
        int last = first + 1;

        while (last < grid->columns && limen_grid_same(grid, band, &grid->column[last].band))
            last++;
        limen_buffer_printf(pen->out, "<th colspan=\"%d\">", last - first);
        put_escaped(pen->out, limen_grid_text(grid, band), band->length);
        limen_buffer_text(pen->out, "</th>");
        first = last;
    }
    limen_buffer_text(pen->out, "</tr>\n");
}

/* The first column of a row names it. */
static void draw_cell(const limen_pen *pen, const limen_grid *grid, const limen_grid_cell *cell,
                      int column, int head)
{
    limen_buffer_text(pen->out, head || column == 0 ? "<th" : "<td");
    limen_buffer_text(pen->out, grid->column[column].right ? " style=\"text-align: right\">"
                                                           : " style=\"text-align: left\">");
    put_escaped(pen->out, limen_grid_text(grid, cell), cell->length);
    limen_buffer_text(pen->out, head || column == 0 ? "</th>" : "</td>");
}

static void draw_grid(const limen_pen *pen, const limen_grid *grid)
{
    limen_buffer_text(pen->out, "<table>\n<thead>\n");
    draw_bands(pen, grid);
    limen_buffer_text(pen->out, "<tr>");
    for (int i = 0; i < grid->columns; i++)
        draw_cell(pen, grid, &grid->column[i].title, i, 1);
    limen_buffer_text(pen->out, "</tr>\n</thead>\n<tbody>\n");
    for (size_t row = 0; row < grid->rows; row++) {
        if (row > 0 && row == grid->rule)
            limen_buffer_text(pen->out, "</tbody>\n<tbody>\n");
        limen_buffer_text(pen->out, "<tr>");
        for (int i = 0; i < grid->columns; i++)
            draw_cell(pen, grid, limen_grid_at(grid, row, i), i, 0);
        limen_buffer_text(pen->out, "</tr>\n");
    }
    limen_buffer_text(pen->out, "</tbody>\n</table>\n");
}

limen_pen limen_html_pen(limen_buffer *out)
{
    return (limen_pen){
        .out = out,
        .columns = SIZE_MAX,
        .gap = draw_gap,
        .heading = draw_heading,
        .line = draw_line,
        .grid = draw_grid,
    };
}
