/* SPDX-License-Identifier: Apache-2.0 */
/*
 * open_mapping: a session meets one mapping, in three steps, so that what Google is asked for
 * between them can be asked for all mappings of a spreadsheet at once (open_spreadsheet.c).
 *
 *     find: table and tab -> [row 1 is read] -> place: headers -> [those of blank tabs are written]
 *     -> [the index is read] -> settle: ready
 *
 * Worker thread. What cannot be found makes this mapping wait, not the others: open_mapping_is_own.
 */
#ifndef REPLICATOR_SESSION_OPEN_MAPPING_H
#define REPLICATOR_SESSION_OPEN_MAPPING_H

#include "replicator/session/session.h"
#include "replicator/sync/tab.h"

/* What is known of a mapping from before. */
struct open_memory {
    struct mapping_memory mapping;
    struct table_memory table;
    struct tab_headers headers; /* what is to be written into row 1 ... */
    bool is_waiting;            /* ... and is not yet: the tab is blank */
};
void open_memory_close(struct open_memory *memory);

/* Find F's table, and its tab among TABS. MEMORY is filled; close it, also after a failure. */
int open_mapping_find(struct session *s, struct follow *f, const struct sheet_tabs *tabs,
                      struct open_memory *memory, struct err *err);
/* Find the headers in ROW, the grid of tab_header_range; write those that are missing, and
 * remember. Where row 1 is blank, and people's headers cannot come to stand elsewhere meanwhile,
 * the writing is left to the caller, who can do it for many tabs at once (memory->is_waiting), and
 * calls open_mapping_placed. */
int open_mapping_place(struct session *s, struct follow *f, const struct grid *row,
                       struct open_memory *memory, struct err *err);
/* IS_WRITTEN: the headers were; else write them now. */
int open_mapping_placed(struct session *s, struct follow *f, struct open_memory *memory,
                        bool is_written, struct err *err);
/* The row index has been read: F is ready. */
int open_mapping_settle(struct session *s, struct follow *f, const struct open_memory *memory,
                        struct err *err);

/* Has another tabrelay taken F's tab over? As the last answer about it says. */
bool open_mapping_is_lost(const struct session *s, const struct follow *f);
/* Is PROBLEM one of this mapping, for which the others need not wait? */
bool open_mapping_is_own(const struct err *problem);
/* F waits because of PROBLEM, and is tried again later. */
int open_mapping_broken(struct session *s, struct follow *f, const struct err *problem,
                        struct err *err);
#endif
