/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place: a mapping with its table, its tab and its headers, found as the replicator finds them
 * (sync/mapping.h, sync/tab.h), but nothing is written: a header that is missing stays so.
 */
#ifndef CLI_COMPARE_PLACE_H
#define CLI_COMPARE_PLACE_H

#include "cli/compare/compare.h"
#include "replicator/sync/tab.h"

struct place {
    struct mapping m;           /* sheet_column -1: no such header */
    struct table_memory memory; /* the table as the replicator last saw it */
    bool is_known;              /* the replicator has met this mapping and this spreadsheet */
    bool has_snapshot;          /* the whole table was brought to the tab once */
    enum joined joined;         /* ... and before that, what the tab had */
    bool is_rekeyed;            /* rows are told apart by other columns than before */
    int64_t held_deletes;
    struct buf state; /* "streaming", "error" ... and */
    struct buf error; /* why */
};

/* ERR_GONE, ERR_CONFIG: table or tab are not there; the error says what to do. Close after a
 * failure, too. */
int place_open(struct compare *c, const struct config_mapping *cfg, struct place *out,
               struct err *err);
void place_close(struct place *p);
/* Is the base of this mapping of any use? */
bool place_has_base(const struct place *p);
#endif
