#include "report/digits.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whatever the locale puts between the digits, of however many bytes, becomes one point. */
static void put_point(char *text)
{
    char *mark = text + strspn(text, "+-0123456789");
    size_t length = strcspn(mark, "0123456789eE");

    if (*mark == '\0' || length == 0)
        return;
    *mark = '.';
    memmove(mark + 1, mark + length, strlen(mark + length) + 1);
}

/* "nan", "inf", "-inf"; 0 when the value is finite. */
static int put_special(char *text, double value)
{
    if (isfinite(value))
        return 0;
    (void)strcpy(text, isnan(value) ? "nan" : (value > 0 ? "inf" : "-inf"));
    return 1;
}

void limen_digits_exact(char text[LIMEN_DIGITS_TEXT], double value)
{
    if (put_special(text, value))
        return;
    if (value == 0.0)
        value = 0.0; /* no minus sign */
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, LIMEN_DIGITS_TEXT, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    put_point(text);
}

void limen_digits_fixed(char text[LIMEN_DIGITS_TEXT], double value, int decimals)
{
    double size = fabs(value);

    if (put_special(text, value))
        return;
    if (size >= 1e6 || (size != 0.0 && size < 0.5 * pow(10.0, -decimals)))
        (void)snprintf(text, LIMEN_DIGITS_TEXT, "%.3g", value);
    else
        (void)snprintf(text, LIMEN_DIGITS_TEXT, "%.*f", decimals, value);
    put_point(text);
}

void limen_digits_count(char text[LIMEN_DIGITS_TEXT], double value)
{
    char digits[LIMEN_DIGITS_TEXT];
    size_t length, out = 0;

    if (!(fabs(value) < 1e18) || value != floor(value)) {
        limen_digits_fixed(text, value, 2);
        return;
    }
    (void)snprintf(digits, sizeof digits, "%.0f", fabs(value));
    length = strlen(digits);
    if (value < 0)
        text[out++] = '-';
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            text[out++] = ',';
        text[out++] = digits[i];
    }
    text[out] = '\0';
}

void limen_digits_share(char text[LIMEN_DIGITS_TEXT], double value)
{
    if (put_special(text, value))
        return;
    if (value == 1.0) {
        (void)strcpy(text, "100%");
        return;
    }
    if (value > 0 && value < 0.00005) {
        (void)strcpy(text, "<0.01%");
        return;
    }
    (void)snprintf(text, LIMEN_DIGITS_TEXT, "%.2f%%", 100.0 * value);
    put_point(text);
}
