/* The reader of decimal numbers against strtod: bit for bit, on random and on hard inputs. */
#include "io/number.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

static uint64_t state = 0x9e3779b97f4a7c15u;

static uint64_t next_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static uint64_t bits_of(double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* The text alone in memory of its own length, so that a sanitizer sees a byte read too much. */
static void check_value(const char *text, double expected)
{
    size_t length = strlen(text);
    char *copy = malloc(length ? length : 1);
    double got = -1;
    const char *behind;

    assert_non_null(copy);
    memcpy(copy, text, length);
    behind = limen_number_parse(copy, copy + length, &got);
    if (behind != copy + length || bits_of(got) != bits_of(expected))
        fail_msg("%s: read %a, not %a", text, got, expected);
    free(copy);
}

static void check_text(const char *text)
{
    check_value(text, strtod(text, NULL));
}

static void test_plain(void **unused)
{
    static const char *const texts[] = {
        "0",
        "-0",
        "1",
        "+1",
        "0.5",
        ".5",
        "5.",
        "0.123456",
        "1e3",
        "1E+3",
        "1e-3",
        "123456789",
        "00001",
        "0.00001",
        "1e22",
        "1e23",
        "1e-400",
        "1e400",
        "-1e400",
        "1e308",
        "inf",
        "-inf",
        "Inf",
        "INFINITY",
        "1e-320",
        "4.9e-324",
        "2.47e-324",
        "2.4703282292062327e-324",
        "1.7976931348623157e308",
        "1.7976931348623159e308",
        "2.2250738585072011e-308",
        "2.2250738585072014e-308",
        "9007199254740993",
        "9007199254740992",
        "9007199254740991",
        "18446744073709551615",
        "18446744073709551616",
        "0.1",
        "0.30000000000000004",
        "1e-64",
        "1e-65",
        "1e32",
        "1e33",
    };

    (void)unused;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_text(texts[i]);
}

static void test_random_doubles(void **unused)
{
    char text[64];

    (void)unused;
    for (int i = 0; i < 300000; i++) {
        uint64_t bits = next_random();
        double value;

        memcpy(&value, &bits, sizeof value);
        if (isnan(value))
            continue;
        (void)snprintf(text, sizeof text, "%.*g", (int)(next_random() % 20) + 1, value);
        check_text(text);
    }
}

static void test_random_probabilities(void **unused)
{
    char text[64];

    (void)unused;
    for (int i = 0; i < 300000; i++) {
        double value = (double)(next_random() >> 11) * 0x1p-53;

        value = ldexp(value, -(int)(next_random() % 40));
        (void)snprintf(text, sizeof text, i % 2 ? "%.*f" : "%.*e", (int)(next_random() % 24),
                       value);
        check_text(text);
    }
}

static void test_random_digits(void **unused)
{
    char text[128];

    (void)unused;
    for (int i = 0; i < 200000; i++) {
        int length = (int)(next_random() % 40) + 1;
        int point = (int)(next_random() % 41);
        int at = 0;

        for (int k = 0; k < length; k++) {
            if (k == point)
                text[at++] = '.';
            text[at++] = (char)('0' + next_random() % (i % 3 ? 10 : 2));
        }
        (void)snprintf(text + at, sizeof text - (size_t)at, "e%d",
                       (int)(next_random() % 700) - 350);
        check_text(text);
    }
}

/* What the hardware rounds a wider number to. (glibc 2.36 reads a few subnormals of more than 1,000
 * digits one unit too low, so that strtod is no judge here.) */
static void check_wide(const char *text, long double wide)
{
    if (LDBL_MANT_DIG > DBL_MANT_DIG)
        check_value(text, (double)wide);
    else
        check_text(text);
}

/* Exactly half-way between two doubles, and a little to either side, with all digits written. */
static void test_midpoints(void **unused)
{
    char text[1400];

    (void)unused;
    for (int i = 0; i < 20000; i++) {
        uint64_t mantissa = (next_random() >> 11 | (uint64_t)1 << 52) * 2 + 1;
        int exponent = i % 4 ? (int)(next_random() % 64) - 60 : (int)(next_random() % 1100) - 1100;
        long double middle = ldexpl((long double)mantissa, exponent);
        size_t length;

        (void)snprintf(text, sizeof text - 8, "%.*Lf", exponent < 0 ? -exponent : 0, middle);
        check_wide(text, middle);
        length = strlen(text);
        if (exponent >= 0)
            continue;
        strcpy(text + length, "000001");
        check_wide(text, nextafterl(middle, INFINITY));
        text[length] = '\0';
        text[length - 1] = (char)(text[length - 1] - 1); /* the last digit of m / 2^k is a 5 */
        check_wide(text, nextafterl(middle, 0));
    }
}

static void test_many_digits(void **unused)
{
    char text[3000];

    (void)unused;
    /* A midpoint of the least subnormals with digits after the 800th that decide. */
    memset(text, '0', sizeof text);
    text[1] = '.';
    text[400] = '7';
    strcpy(text + 1500, "3e76");
    check_text(text);
    memset(text, '9', 2000);
    strcpy(text + 2000, "e-1990");
    check_text(text);
    memset(text, '0', 2000);
    strcpy(text + 2000, "12.5e-3");
    check_text(text);
    memset(text, '1', 2000);
    strcpy(text + 2000, "e-99999999999999999999");
    check_text(text);
}

static void test_longest_number(void **unused)
{
    static const struct {
        const char *text;
        size_t used; /* 0: no number */
        double value;
    } cases[] = {
        {"1,2", 1, 1},
        {"0.25\n", 4, 0.25},
        {"1e", 1, 1},
        {"1e+", 1, 1},
        {"1.5.2", 3, 1.5},
        {"", 0, 0},
        {"-", 0, 0},
        {".", 0, 0},
        {"e5", 0, 0},
        {"abc", 0, 0},
        {"0x10", 1, 0},
        {"--1", 0, 0},
        {"infx", 3, INFINITY},
        {"in", 0, 0},
        {"1 2", 1, 1},
        {"+.e1", 0, 0},
        {"12345678", 8, 12345678},
        {"12345678,", 8, 12345678},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *text = cases[i].text;
        double value = -7;
        const char *behind = limen_number_parse(text, text + strlen(text), &value);

        if (cases[i].used == 0) {
            assert_null(behind);
            continue;
        }
        assert_ptr_equal(behind, text + cases[i].used);
        assert_true(bits_of(value) == bits_of(cases[i].value));
    }
}

static void test_nan(void **unused)
{
    double value = 0;

    (void)unused;
    assert_true(limen_number_read("NaN", 3, &value) && isnan(value));
    value = 0;
    assert_true(limen_number_read(" -nan ", 6, &value) && isnan(value));
}

static void test_read(void **unused)
{
    double value;
    int64_t whole;

    (void)unused;
    assert_true(limen_number_read(" \t0.5 ", 6, &value) && value == 0.5);
    assert_false(limen_number_read("0.5x", 4, &value));
    assert_false(limen_number_read("", 0, &value));
    assert_false(limen_number_read("  ", 2, &value));
    assert_true(limen_number_read_integer("1.0", 3, &whole) && whole == 1);
    assert_true(limen_number_read_integer("-1e2", 4, &whole) && whole == -100);
    assert_false(limen_number_read_integer("0.5", 3, &whole));
    assert_false(limen_number_read_integer("1e19", 4, &whole));
    assert_false(limen_number_read_integer("nan", 3, &whole));
}

static void test_locale(void **unused)
{
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"};
    double value;

    (void)unused;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (setlocale(LC_ALL, names[i]))
            break;
    assert_true(limen_number_read("0.25", 4, &value) && value == 0.25);
    assert_true(limen_number_read("2.4703282292062327208e-324", 26, &value));
    assert_false(limen_number_read("0,25", 4, &value));
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_random_doubles),
        cmocka_unit_test(test_random_probabilities),
        cmocka_unit_test(test_random_digits),
        cmocka_unit_test(test_midpoints),
        cmocka_unit_test(test_many_digits),
        cmocka_unit_test(test_longest_number),
        cmocka_unit_test(test_nan),
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_locale),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
