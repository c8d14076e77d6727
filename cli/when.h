/* SPDX-License-Identifier: Apache-2.0 */
/* when: a time as people give it to --since and --until. Pure. */
#ifndef CLI_WHEN_H
#define CLI_WHEN_H

#include <stdint.h>

#include "common/buf.h"

/* Append TEXT as MySQL writes a DATETIME(3) in UTC: "2026-01-31", "2026-01-31 10:11[:12]" (UTC), or
 * how long before NOW_MS (since 1970): "90s", "30m", "12h", "7d". -1: it is none of these. */
int when_parse(const char *text, int64_t now_ms, struct buf *out);
#endif
