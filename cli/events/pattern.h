/* SPDX-License-Identifier: Apache-2.0 */
/* pattern: does a name fit a pattern with * (any bytes) and ? (one character)? Pure. */
#ifndef CLI_EVENTS_PATTERN_H
#define CLI_EVENTS_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

/* The first LEN bytes of PATTERN, and all of NAME; case matters. */
bool pattern_fits(const char *pattern, size_t len, const char *name);

/* SCHEMA.TABLE, a pattern each, cut at the first dot. An empty SCHEMA or TABLE is any: that is what
 * a statement says that names none. */
bool pattern_fits_table(const char *pattern, const char *schema, const char *table);
#endif
