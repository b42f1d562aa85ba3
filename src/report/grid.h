/* A table of texts, before it is known how it will be drawn: text.c, markdown.c and html.c draw it.
 */
#ifndef LIMEN_REPORT_GRID_H
#define LIMEN_REPORT_GRID_H

#include "core/buffer.h"

#include <string.h>

#define LIMEN_GRID_COLUMNS 48

/* Text that stands in the grid's buffer. */
typedef struct limen_grid_cell {
    size_t at, length;
} limen_grid_cell;

typedef struct limen_grid_column {
    limen_grid_cell band; /* stands once over neighbours that share it; empty: none */
    limen_grid_cell title;
    int right; /* numbers are set to the right */
} limen_grid_column;

typedef struct limen_grid {
    limen_buffer text;
    int columns;
    limen_grid_column column[LIMEN_GRID_COLUMNS];
    size_t rows, capacity;
    limen_grid_cell *cells; /* rows x columns */
    size_t rule;            /* a line above this row; 0: none */
} limen_grid;

void limen_grid_init(limen_grid *grid, const limen_allocator *allocator);
void limen_grid_release(limen_grid *grid);

/* Adds a column, before the first row; the caller keeps to LIMEN_GRID_COLUMNS of them. A column of
 * numbers is set to the right. Returns its index. */
int limen_grid_add_column(limen_grid *grid, const char *band, const char *title, int right);

/* Starts a row of empty cells. The first failure (out of memory) sticks, in text.failed. */
void limen_grid_row(limen_grid *grid);

/* Sets a cell of the last row. */
void limen_grid_set(limen_grid *grid, int column, const char *text);

/* Draws a line above the next row. */
void limen_grid_rule(limen_grid *grid);

static inline const limen_grid_cell *limen_grid_at(const limen_grid *grid, size_t row, int column)
{
    return &grid->cells[row * (size_t)grid->columns + (size_t)column];
}

static inline const char *limen_grid_text(const limen_grid *grid, const limen_grid_cell *cell)
{
    return cell->length ? grid->text.bytes + cell->at : "";
}

static inline int limen_grid_same(const limen_grid *grid, const limen_grid_cell *a,
                                  const limen_grid_cell *b)
{
    return a->length == b->length &&
           memcmp(limen_grid_text(grid, a), limen_grid_text(grid, b), a->length) == 0;
}

#endif
