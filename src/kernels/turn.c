#include "kernels/turn.h"

#include <stdint.h>
#include <string.h>

/* Rows that are turned together: their part of a cache line is used up while it is at hand. */
#define BAND 64
#define LINE 64

/* One square of elements, from the corner of each side. */
typedef void turn_square(const unsigned char *from, ptrdiff_t from_step, unsigned char *to,
                         ptrdiff_t to_step);

static void turn_cells(size_t size, const unsigned char *from, ptrdiff_t from_step, size_t rows,
                       size_t columns, unsigned char *to, ptrdiff_t to_step)
{
    for (size_t column = 0; column < columns; column++) {
        const unsigned char *cell = from + column * size;
        unsigned char *at = to + (ptrdiff_t)column * to_step;

        for (size_t row = 0; row < rows; row++, cell += from_step, at += size)
            memcpy(at, cell, size);
    }
}

#if defined(__SSE2__)
#include <emmintrin.h>

static inline __m128i load(const unsigned char *from)
{
    return _mm_loadu_si128((const void *)from);
}

static inline void store(unsigned char *to, __m128i a)
{
    _mm_storeu_si128((void *)to, a);
}

/* A square of 16 bytes a side: n rows are woven with the n / 2 rows below again and again, until
 * each holds what was a column. */
#define DEFINE_SQUARE(bits, n, steps)                                              \
    static void turn_square_##bits(const unsigned char *from, ptrdiff_t from_step, \
                                   unsigned char *to, ptrdiff_t to_step)           \
    {                                                                              \
        __m128i a[n], b[n];                                                        \
                                                                                   \
        for (int i = 0; i < (n); i++)                                              \
            a[i] = load(from + i * from_step);                                     \
        for (int step = 0; step < (steps); step++) {                               \
            for (int i = 0; i < (n) / 2; i++) {                                    \
                b[2 * i] = _mm_unpacklo_epi##bits(a[i], a[i + (n) / 2]);           \
                b[2 * i + 1] = _mm_unpackhi_epi##bits(a[i], a[i + (n) / 2]);       \
            }                                                                      \
            for (int i = 0; i < (n); i++)                                          \
                a[i] = b[i];                                                       \
        }                                                                          \
        for (int i = 0; i < (n); i++)                                              \
            store(to + i * to_step, a[i]);                                         \
    }

DEFINE_SQUARE(8, 16, 4)
DEFINE_SQUARE(16, 8, 3)
DEFINE_SQUARE(32, 4, 2)
DEFINE_SQUARE(64, 2, 1)

static turn_square *square_of(size_t size)
{
    return size == 1   ? turn_square_8
           : size == 2 ? turn_square_16
           : size == 4 ? turn_square_32
                       : turn_square_64;
}
#else
static turn_square *square_of(size_t size)
{
    (void)size;
    return NULL;
}
#endif

/* Asks for some rows that are turned next. */
static inline void prefetch_rows(const unsigned char *from, ptrdiff_t from_step, size_t first,
                                 size_t last, size_t bytes)
{
    for (size_t row = first; row < last; row++)
        for (size_t i = 0; i < bytes; i += LINE)
            __builtin_prefetch((const void *)((uintptr_t)from + row * (uintptr_t)from_step + i));
}

static void turn_band(size_t size, const unsigned char *from, ptrdiff_t from_step, size_t rows,
                      size_t columns, unsigned char *to, ptrdiff_t to_step)
{
    turn_square *square = square_of(size);
    const size_t side = 16 / size;
    const size_t whole_rows = square ? rows - rows % side : 0;
    const size_t whole_columns = whole_rows ? columns - columns % side : 0;

    for (size_t column = 0; column < whole_columns; column += side) {
        prefetch_rows(from, from_step, rows + rows * column / whole_columns,
                      rows + rows * (column + side) / whole_columns, columns * size);
        for (size_t row = 0; row < whole_rows; row += side)
            square(from + (ptrdiff_t)row * from_step + column * size, from_step,
                   to + (ptrdiff_t)column * to_step + row * size, to_step);
    }
    turn_cells(size, from + (ptrdiff_t)whole_rows * from_step, from_step, rows - whole_rows,
               whole_columns, to + whole_rows * size, to_step);
    turn_cells(size, from + whole_columns * size, from_step, rows, columns - whole_columns,
               to + (ptrdiff_t)whole_columns * to_step, to_step);
}

void limen_turn(size_t size, const void *from, ptrdiff_t from_step, size_t rows, size_t columns,
                void *to, ptrdiff_t to_step)
{
    for (size_t row = 0; row < rows; row += BAND)
        turn_band(size, (const unsigned char *)from + (ptrdiff_t)row * from_step, from_step,
                  rows - row < BAND ? rows - row : BAND, columns, (unsigned char *)to + row * size,
                  to_step);
}
