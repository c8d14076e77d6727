/* SPDX-License-Identifier: Apache-2.0 */
/*
 * findings: what `tabrelay check` found: a line each as it is found, or one JSON document at the
 * end.
 *
 * The document is stable (docs/cli.md, check): ids of checks stay, new ones may come.
 */
#ifndef CLI_FINDINGS_H
#define CLI_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"

/* SKIP: could not be looked at, because something before it failed, or need not be. */
enum finding_level { FINDING_OK, FINDING_WARN, FINDING_FAIL, FINDING_SKIP, FINDING_LEVELS };

struct findings {
    bool is_json;
    bool is_quiet; /* nothing is printed: `text` gets a line with each id, and what is wrong */
    size_t n[FINDING_LEVELS];
    struct buf json; /* the items so far */
    struct buf text; /* when quiet */
};

void findings_close(struct findings *f);
/* ID names the check ("mysql.log_bin"), WHAT the thing looked at ("mysql", "mapping products"),
 * MEND how to put it right (NULL or "": nothing is known), the rest the detail. */
void findings_add(struct findings *f, enum finding_level level, const char *id, const char *what,
                  const char *mend, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* A failure with ERR's message and hint. */
void findings_add_err(struct findings *f, const char *id, const char *what, const struct err *err);
/* The last line, or the document. True if nothing failed. */
bool findings_end(const struct findings *f);
#endif
