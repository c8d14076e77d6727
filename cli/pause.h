/* SPDX-License-Identifier: Apache-2.0 */
/* pause: let nothing flow in a mapping for a while; for `tabrelay pause`, `resume` and the page. */
#ifndef CLI_PAUSE_H
#define CLI_PAUSE_H

#include <stdint.h>

#include "common/err.h"
#include "common/mysql/db.h"

struct pause_wish {
    const char *kind;   /* "pause" or "resume": the signal's kind, too */
    const char *who;    /* at most 255 bytes, as REASON */
    const char *reason; /* "" if none is given */
};

/* Write it down for MAPPING and ask the replicator, in one transaction. *ID: of the signal; 0:
 * there was nothing to resume. DB: as cli_open gives it. */
int pause_ask(struct db *db, const struct pause_wish *wish, const char *mapping, int64_t *id,
              struct err *err);
#endif
