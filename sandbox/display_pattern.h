/* SPDX-License-Identifier: Apache-2.0 */
/* display_pattern: number formats, section by section. Pure; any thread. */
#ifndef SANDBOX_DISPLAY_PATTERN_H
#define SANDBOX_DISPLAY_PATTERN_H

#include <stdbool.h>

#include "common/buf.h"

/* Does PATTERN show a date or a time? */
bool display_is_date_pattern(const char *pattern);
/* yyyy yy mmmm mmm mm m dddd ddd dd d hh h ss s .000 am/pm [h] "text" \c; m after h or before s
 * means minutes. */
void display_put_date(struct buf *out, double serial, const char *pattern);
/* 0 # , . % E+00 "text" \c; sections for negative numbers and zero. */
void display_put_pattern(struct buf *out, double n, const char *pattern);
#endif
