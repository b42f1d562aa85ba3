/* Draws grids in columns for a terminal. */
#include "report/pen.h"
#include "report/width.h"

#define GAP 2
#define NARROWEST 8 /* what is left of the first column at least */

#define BOLD "\033[1m"
#define DIM "\033[2m"
#define PLAIN "\033[0m"

/* One blank line, however often it is asked for. */
static void draw_gap(const limen_pen *pen)
{
    size_t length = pen->out->length;

    if (length < 2 || memcmp(pen->out->bytes + length - 2, "\n\n", 2) != 0)
        limen_buffer_text(pen->out, "\n");
}

/* Breaks at spaces, so that no line is longer than the pen's; a longer word is cut. */
static void draw_styled(const limen_pen *pen, const char *style, const char *text)
{
    while (*text) {
        size_t end = limen_text_break(text, pen->columns);

        if (pen->colour)
            limen_buffer_text(pen->out, style);
        (void)limen_text_put(pen->out, text, end, pen->columns);
        if (pen->colour)
            limen_buffer_text(pen->out, PLAIN);
        limen_buffer_text(pen->out, "\n");
        text += end;
        while (*text == ' ')
            text++;
    }
}

static void draw_heading(const limen_pen *pen, const char *text)
{
    draw_styled(pen, BOLD, text);
}

static void draw_line(const limen_pen *pen, const char *text)
{
    draw_styled(pen, DIM, text);
}

/* How wide a column is: `body` for the numbers, and one more when a star hangs behind any. */
struct extent {
    size_t body;
    int star;
};

static int has_star(const limen_grid *grid, const limen_grid_cell *cell)
{
    return cell->length > 1 && limen_grid_text(grid, cell)[cell->length - 1] == '*';
}

static size_t cell_width(const limen_grid *grid, const limen_grid_cell *cell)
{
    return limen_text_width(limen_grid_text(grid, cell), cell->length);
}

static size_t total_width(const struct extent *extents, int columns)
{
    size_t total = 0;

    for (int i = 0; i < columns; i++)
        total += extents[i].body + (size_t)extents[i].star + (i ? GAP : 0);
    return total;
}

/* The last column that carries the band of column `first`. */
static int band_end(const limen_grid *grid, int first)
{
    int last = first;

    while (last + 1 < grid->columns &&
           limen_grid_same(grid, &grid->column[first].band, &grid->column[last + 1].band))
        last++;
    return last;
}

static void measure(const limen_pen *pen, const limen_grid *grid, struct extent *extents)
{
    size_t total;

    for (int i = 0; i < grid->columns; i++) {
        const limen_grid_column *column = &grid->column[i];

        extents[i] = (struct extent){cell_width(grid, &column->title), 0};
        for (size_t row = 0; row < grid->rows; row++) {
            const limen_grid_cell *cell = limen_grid_at(grid, row, i);
            int star = column->right && has_star(grid, cell);
            size_t width = cell_width(grid, cell) - (size_t)star;

            extents[i].star |= star;
            if (width > extents[i].body)
                extents[i].body = width;
        }
    }
    total = total_width(extents, grid->columns);
    if (grid->columns > 1 && total > pen->columns) {
        size_t excess = total - pen->columns;
        size_t least = extents[0].body < NARROWEST ? extents[0].body : NARROWEST;

        extents[0].body = extents[0].body > least + excess ? extents[0].body - excess : least;
    }
}

/* One cell in its column; what would only be blanks at the end of a line is left out. */
static void draw_cell(const limen_pen *pen, const limen_grid *grid, const limen_grid_cell *cell,
                      struct extent extent, int right, size_t *owed)
{
    int star = right && has_star(grid, cell);
    size_t width = cell_width(grid, cell) - (size_t)star;
    size_t before = right && width < extent.body ? extent.body - width : 0;
    size_t used;

    if (cell->length == 0) {
        *owed += extent.body + (size_t)extent.star;
        return;
    }
    limen_buffer_fill(pen->out, ' ', *owed + before);
    used = limen_text_put(pen->out, limen_grid_text(grid, cell), cell->length,
                          extent.body + (size_t)star);
    *owed = extent.body + (size_t)extent.star - before - used;
}

static void draw_bands(const limen_pen *pen, const limen_grid *grid, const struct extent *extents)
{
    size_t owed = 0;
    int any = 0;

    for (int i = 0; i < grid->columns; i++)
        any |= grid->column[i].band.length > 0;
    if (!any)
        return;
    for (int first = 0; first < grid->columns;) {
        int last = band_end(grid, first);
        size_t room = total_width(extents + first, last - first + 1);

        owed += first ? GAP : 0;
        draw_cell(pen, grid, &grid->column[first].band, (struct extent){room, 0}, 1, &owed);
        first = last + 1;
    }
    limen_buffer_text(pen->out, "\n");
}

static void draw_grid(const limen_pen *pen, const limen_grid *grid)
{
    struct extent extents[LIMEN_GRID_COLUMNS];
    size_t owed = 0;

    measure(pen, grid, extents);
    if (pen->colour)
        limen_buffer_text(pen->out, BOLD);
    draw_bands(pen, grid, extents);
    for (int i = 0; i < grid->columns; i++) {
        owed += i ? GAP : 0;
        draw_cell(pen, grid, &grid->column[i].title, extents[i], grid->column[i].right, &owed);
    }
    if (pen->colour)
        limen_buffer_text(pen->out, PLAIN);
    limen_buffer_text(pen->out, "\n");
    for (size_t row = 0; row < grid->rows; row++) {
        if (row > 0 && row == grid->rule) {
            limen_buffer_fill(pen->out, '-', total_width(extents, grid->columns));
            limen_buffer_text(pen->out, "\n");
        }
        owed = 0;
        for (int i = 0; i < grid->columns; i++) {
            owed += i ? GAP : 0;
            draw_cell(pen, grid, limen_grid_at(grid, row, i), extents[i], grid->column[i].right,
                      &owed);
        }
        limen_buffer_text(pen->out, "\n");
    }
}

limen_pen limen_text_pen(limen_buffer *out, int columns, int colour)
{
    return (limen_pen){
        .out = out,
        .columns = columns > 0 ? (size_t)columns : 80,
        .colour = colour,
        .gap = draw_gap,
        .heading = draw_heading,
        .line = draw_line,
        .grid = draw_grid,
    };
}
