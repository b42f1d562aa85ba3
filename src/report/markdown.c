/* Draws grids as tables of GitHub-flavoured Markdown. */
#include "report/pen.h"
#include "report/width.h"

/* Characters that Markdown or HTML would act upon get a backslash. */
static void put_escaped(limen_buffer *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (strchr("\\`*_{}[]<>#|~", text[i]) && text[i])
            limen_buffer_text(out, "\\");
        limen_buffer_add(out, (unsigned char)text[i] < 0x20 ? "?" : text + i, 1);
    }
}

static void put_cell(limen_buffer *out, const limen_grid *grid, const limen_grid_cell *cell)
{
    put_escaped(out, limen_grid_text(grid, cell), cell->length);
}

/* One blank line, however often it is asked for. */
static void draw_gap(const limen_pen *pen)
{
    size_t length = pen->out->length;

    if (length < 2 || memcmp(pen->out->bytes + length - 2, "\n\n", 2) != 0)
        limen_buffer_text(pen->out, "\n");
}

static void draw_heading(const limen_pen *pen, const char *text)
{
    limen_buffer_text(pen->out, "**");
    put_escaped(pen->out, text, strlen(text));
    limen_buffer_text(pen->out, "**\n");
}

/* Lines are items of a list, as neighbours would run into one paragraph; what is no list above ends
 * with a blank line. */
static void draw_line(const limen_pen *pen, const char *text)
{
    size_t length = pen->out->length;

    if (length >= 2 && strchr("|*", pen->out->bytes[length - 2]))
        draw_gap(pen);
    limen_buffer_text(pen->out, "- ");
    put_escaped(pen->out, text, strlen(text));
    limen_buffer_text(pen->out, "\n");
}

static void draw_grid(const limen_pen *pen, const limen_grid *grid)
{
    draw_gap(pen);
    for (int i = 0; i < grid->columns; i++) {
        const limen_grid_column *column = &grid->column[i];

        limen_buffer_text(pen->out, i ? " " : "| ");
        put_cell(pen->out, grid, &column->band);
        limen_buffer_text(pen->out, column->band.length ? ": " : "");
        put_cell(pen->out, grid, &column->title);
        limen_buffer_text(pen->out, " |");
    }
    limen_buffer_text(pen->out, "\n|");
    for (int i = 0; i < grid->columns; i++)
        limen_buffer_text(pen->out, grid->column[i].right ? " ---: |" : " --- |");
    limen_buffer_text(pen->out, "\n");
    for (size_t row = 0; row < grid->rows; row++) {
        limen_buffer_text(pen->out, "|");
        for (int i = 0; i < grid->columns; i++) {
            limen_buffer_text(pen->out, " ");
            put_cell(pen->out, grid, limen_grid_at(grid, row, i));
            limen_buffer_text(pen->out, " |");
        }
        limen_buffer_text(pen->out, "\n");
    }
}

limen_pen limen_markdown_pen(limen_buffer *out)
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
