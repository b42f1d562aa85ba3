/* Rows to columns. */
#ifndef LIMEN_KERNELS_TURN_H
#define LIMEN_KERNELS_TURN_H

#include <stddef.h>

/* Turns a matrix over: to[column][row] = from[row][column], elements of `size` bytes (1, 2, 4 or 8)
 * that lie side by side within a row on both sides; steps are the bytes from one row to the next.
 * Any alignment; the two do not overlap. */
void limen_turn(size_t size, const void *from, ptrdiff_t from_step, size_t rows, size_t columns,
                void *to, ptrdiff_t to_step);

#endif
