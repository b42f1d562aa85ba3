#include "report/grid.h"

void limen_grid_init(limen_grid *grid, const limen_allocator *allocator)
{
    *grid = (limen_grid){.columns = 0};
    limen_buffer_init(&grid->text, allocator);
}

void limen_grid_release(limen_grid *grid)
{
    limen_delete(&grid->text.allocator, grid->cells, grid->capacity * (size_t)grid->columns,
                 sizeof *grid->cells);
    limen_buffer_release(&grid->text);
}

static limen_grid_cell keep(limen_grid *grid, const char *text)
{
    limen_grid_cell cell = {grid->text.length, strlen(text)};

    limen_buffer_text(&grid->text, text);
    return grid->text.failed ? (limen_grid_cell){0, 0} : cell;
}

int limen_grid_add_column(limen_grid *grid, const char *band, const char *title, int right)
{
    grid->column[grid->columns] =
        (limen_grid_column){.band = keep(grid, band), .title = keep(grid, title), .right = right};
    return grid->columns++;
}

void limen_grid_row(limen_grid *grid)
{
    size_t columns = (size_t)grid->columns;

    if (grid->text.failed)
        return;
    if (grid->rows == grid->capacity) {
        size_t capacity = grid->capacity ? 2 * grid->capacity : 32;
        limen_grid_cell *moved =
            limen_resize(&grid->text.allocator, grid->cells, grid->capacity * columns,
                         capacity * columns, sizeof *grid->cells);

        if (!moved) {
            grid->text.failed = 1;
            return;
        }
        grid->cells = moved;
        grid->capacity = capacity;
    }
    memset(grid->cells + grid->rows * columns, 0, columns * sizeof *grid->cells);
    grid->rows++;
}

void limen_grid_set(limen_grid *grid, int column, const char *text)
{
    limen_grid_cell cell = keep(grid, text);

    if (!grid->text.failed)
        grid->cells[(grid->rows - 1) * (size_t)grid->columns + (size_t)column] = cell;
}

void limen_grid_rule(limen_grid *grid)
{
    grid->rule = grid->rows;
}
