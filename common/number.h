/* SPDX-License-Identifier: Apache-2.0 */
/*
 * number: doubles and decimal digits, exactly and in no locale.
 *
 * A struct decimal is what was written, digit by digit; nothing is rounded until somebody asks.
 * Pure; any thread.
 */
#ifndef COMMON_NUMBER_H
#define COMMON_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DECIMAL_DIGITS = 400, NUMBER_TEXT_SIZE = 48 };

/* 0.DIGITS * 10^point; no zeros at either end of the digits; zero has none. */
struct decimal {
    bool is_negative;
    int n;
    int point;
    char digits[DECIMAL_DIGITS]; /* '0'..'9', not ended */
};

/* All of TEXT as a number: "-12", "1.50", ".5", "+1e-7", blanks around it. False if it is none
 * ("1,5") or is absurdly long. */
bool decimal_parse(struct decimal *d, const char *text, size_t len);
/* The nearest double (infinite when too large) or float. */
double decimal_to_double(const struct decimal *d);
float decimal_to_float(const struct decimal *d);

bool decimal_is_whole(const struct decimal *d);
/* Its absolute value; false if it is not whole or above 2^64 - 1. */
bool decimal_to_uint64(const struct decimal *d, uint64_t *out);
/* Round to SCALE digits after the point, half away from zero (as MySQL rounds DECIMAL). */
void decimal_round(struct decimal *d, int scale);

/* The fewest digits that read back the same, as MySQL lays out a DOUBLE: "0.1", "1e300",
 * "-1.5e-16", "123456789012345"; NUL-terminated; returns the length. X is finite. */
size_t number_print_double(double x, char out[NUMBER_TEXT_SIZE]);
size_t number_print_float(float x, char out[NUMBER_TEXT_SIZE]);
/* All of TEXT as a finite double, and nothing else around it but blanks. */
bool number_parse(const char *text, size_t len, double *out);
#endif
