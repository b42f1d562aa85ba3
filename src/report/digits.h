/* Numbers as text, always with a point, whatever the locale. */
#ifndef LIMEN_REPORT_DIGITS_H
#define LIMEN_REPORT_DIGITS_H

#define LIMEN_DIGITS_TEXT 64

/* The shortest text that reads back as the same double; "nan", "inf" and "-inf" for the others. */
void limen_digits_exact(char text[LIMEN_DIGITS_TEXT], double value);

/* With so many decimals; values from 1e6 on, and those that decimals would turn into 0, in six
 * significant digits. */
void limen_digits_fixed(char text[LIMEN_DIGITS_TEXT], double value, int decimals);

/* A count with commas between thousands, "1,234,567"; two decimals when it is not whole. */
void limen_digits_count(char text[LIMEN_DIGITS_TEXT], double value);

/* A share as per cent: "2.97%", "<0.01%", "100%". */
void limen_digits_share(char text[LIMEN_DIGITS_TEXT], double value);

#endif
