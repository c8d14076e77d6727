/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xa: prepared transactions whose end is still to come, and whether they changed what we look at.
 *
 * Only a shortcut: of one that is not listed (prepared before our start, or too long ago) the worst
 * is assumed. Pure; one thread at a time.
 */
#ifndef REPLICATOR_BINLOG_XA_H
#define REPLICATOR_BINLOG_XA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "replicator/binlog/event.h"

enum { XA_LIST_MAX = 1024 };

struct xa_list {
    struct xa_entry {
        uint64_t hash; /* of the XID's text */
        bool has_changes;
    } * entries; /* owned */
    size_t n_entries;
    size_t next; /* which one is overwritten when the list is full */
};

void xa_list_close(struct xa_list *list);

/* Note what an XA_PREPARE event says. *IS_ONE_PHASE: it is a commit already. */
int xa_list_prepare(struct xa_list *list, const struct event *e, bool has_changes,
                    bool *is_one_phase, struct err *err);

/* "XA COMMIT X'..',X'..',1" or the same with ROLLBACK: strike it from the list. May it have
 * changes? */
bool xa_list_take(struct xa_list *list, const char *sql, size_t len);
#endif
