/* SPDX-License-Identifier: Apache-2.0 */
/*
 * display: the text that a cell shows, for a value and its number format, in the en_US locale.
 *
 * Pure; any thread. Patterns: https://developers.google.com/workspace/sheets/api/guides/formats
 */
#ifndef SANDBOX_DISPLAY_H
#define SANDBOX_DISPLAY_H

#include "common/buf.h"
#include "sandbox/tab.h"

/* Append what is shown. */
void display_put(struct buf *out, struct scalar value, const struct format *format);
/* Append a number without a format: up to 10 significant digits of a fraction, integers in full up
 * to 15 digits. */
void display_put_number(struct buf *out, double n);
/* Append a number in full, as the formula bar shows it and as it can be typed again. */
void display_put_exact(struct buf *out, double n);
/* Append the text that typed again gives this cell. */
void display_put_edit(struct buf *out, const struct cell *c);
#endif
