/* Numbers as text against strtod, bit for bit where both read the same bytes. */
#include "fuzz.h"
#include "io/number.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    char *text = malloc(count + 1);
    char *exact = malloc(count ? count : 1);
    const char *behind;
    char *stop;
    double got = 0;
    double expected;

    if (!text || !exact)
        abort();
    memcpy(text, bytes, count);
    memcpy(exact, bytes, count);
    text[count] = '\0';
    behind = limen_number_parse(exact, exact + count, &got);
    expected = strtod(text, &stop);
    /* strtod also takes blanks in front, hexadecimal digits and nan(...). Beyond 800 digits the C
     * library itself is not to be trusted with subnormals. */
    if (behind && behind - exact == stop - text && count < 800 &&
        !(isnan(got) && isnan(expected)) && memcmp(&got, &expected, sizeof got) != 0)
        abort();
    if (!behind && stop != text && count && strchr("0123456789.", text[0]))
        abort();
    free(text);
    free(exact);
    return 0;
}
