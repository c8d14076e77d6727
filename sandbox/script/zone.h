/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zone: time zones by name, and SimpleDateFormat's patterns as Utilities.formatDate takes them.
 *
 * C's own localtime knows one zone a process; scripts of several spreadsheets run at once, so the
 * system's zone files (tzfile(5)) are read here. Times after the last transition in the file (2037)
 * keep its offset. One thread at a time per zone.
 */
#ifndef SANDBOX_SCRIPT_ZONE_H
#define SANDBOX_SCRIPT_ZONE_H

#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"

struct zone;

/* NULL when out of memory. A name that the system has no file for has UTC's clock: what is read
 * from a cell still goes back as it was. */
struct zone *zone_new(const char *name);
void zone_free(struct zone *z);
const char *zone_name(const struct zone *z);

/* Milliseconds since 1970 UTC <-> a spreadsheet's serial number (days since 1899-12-30, in the
 * zone's clock). */
double zone_serial(const struct zone *z, int64_t ms);
int64_t zone_ms(const struct zone *z, double serial);

/* Append MS in PATTERN: y M d H h m s S a E Z X and quoted text. ERR_VALUE: another letter. */
int zone_format(const struct zone *z, int64_t ms, const char *pattern, struct buf *out,
                struct err *err);
#endif
