/* limen_turn against the definition, for every size of elements and shapes around its squares.
 * Arrays end where their allocation does, for the address sanitizer. */
#include "kernels/turn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Bytes from the first element to the last one's end, in rows that are `step` apart. */
static size_t extent(size_t rows, size_t row_bytes, size_t step)
{
    return (rows - 1) * step + row_bytes;
}

static void check(size_t size, size_t rows, size_t columns, size_t from_gap, size_t to_gap)
{
    size_t from_step = columns * size + from_gap, to_step = rows * size + to_gap;
    size_t from_bytes = extent(rows, columns * size, from_step);
    size_t to_bytes = extent(columns, rows * size, to_step);
    unsigned char *from = malloc(from_bytes), *to = malloc(to_bytes);

    assert_non_null(from);
    assert_non_null(to);
    for (size_t i = 0; i < from_bytes; i++)
        from[i] = (unsigned char)(i * 37 + i / 251);
    memset(to, 0xee, to_bytes);
    limen_turn(size, from, (ptrdiff_t)from_step, rows, columns, to, (ptrdiff_t)to_step);
    for (size_t column = 0; column < columns; column++) {
        for (size_t row = 0; row < rows; row++)
            assert_memory_equal(to + column * to_step + row * size,
                                from + row * from_step + column * size, size);
        for (size_t i = rows * size; i < to_step && column + 1 < columns; i++)
            assert_int_equal(to[column * to_step + i], 0xee);
    }
    free(from);
    free(to);
}

static void turns(void **state)
{
    static const size_t lengths[] = {1, 2, 3, 15, 16, 17, 63, 64, 65, 130};

    (void)state;
    for (size_t size = 1; size <= 8; size *= 2)
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
            for (size_t j = 0; j < sizeof lengths / sizeof *lengths; j++)
                check(size, lengths[i], lengths[j], i % 3, j % 2 * 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
