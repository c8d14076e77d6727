/* SPDX-License-Identifier: Apache-2.0 */
/*
 * findings: what `tabrelay check` found: a line each as it is found, or one JSON document at the
 * end.
 */
#ifndef CLI_FINDINGS_H
#define CLI_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"

enum finding_level { FINDING_OK, FINDING_WARN, FINDING_FAIL, FINDING_LEVELS };

struct findings {
    bool is_json;
    size_t n[FINDING_LEVELS];
    struct buf json; /* the items so far */
};

void findings_close(struct findings *f);
/* WHAT is the thing looked at ("mysql"), MEND how to put it right (NULL or "": nothing is known),
 * the rest the detail. */
void findings_add(struct findings *f, enum finding_level level, const char *what, const char *mend,
                  const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* A failure with ERR's message and hint. */
void findings_add_err(struct findings *f, const char *what, const struct err *err);
/* The last line, or the document. True if nothing failed. */
bool findings_end(const struct findings *f);
#endif
