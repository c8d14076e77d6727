/* SPDX-License-Identifier: Apache-2.0 */
/*
 * change_set: what is still to be brought to the sheets: for each row its newest image.
 *
 * The coalescer: a newer change of a row replaces the older one. Pure, one thread.
 */
#ifndef REPLICATOR_SYNC_CHANGE_SET_H
#define REPLICATOR_SYNC_CHANGE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/hash.h"
#include "common/hash_table.h"
#include "common/mysql/value.h"

/* The values of a row's mapped columns in one block of memory; its bytes follow it. */
struct row_image {
    struct hash128 key;
    size_t n_values;
    size_t size; /* bytes of the whole block */
    struct value values[];
};

/* Copy N values. NULL when out of memory; free() it. */
struct row_image *row_image_new(struct hash128 key, const struct value *values, size_t n);

/* The way of a change, in microseconds since 1970 by this machine's clock. */
struct change_times {
    int64_t committed_us; /* 0: it is none of MySQL's own */
    int64_t read_us;      /* out of the binlog */
    int64_t taken_us;     /* out of the queue */
};
/* Of several changes of a row the oldest counts. */
void change_times_keep(struct change_times *oldest, const struct change_times *other);

struct row_id {
    uint32_t mapping;
    struct hash128 key;
};

struct pending_row {
    struct row_id id;
    struct row_image *image; /* owned; of a delete only the key's values are there */
    bool is_delete;
    bool is_forced;   /* write all cells, whatever base says */
    bool is_held;     /* a placement decides first where the row is */
    bool is_wanted;   /* it has been decided that the row stands in the tab */
    bool has_old_key; /* it had this key before its newest change */
    struct hash128 old_key;
    int64_t changed_us; /* when its newest change was committed, by MySQL's clock; 0: not known */
    struct change_times times; /* of its oldest change */
    bool is_tried;   /* its cells in the tab need not show what base says: a batch was sent, and it
                        is not known what became of it */
    uint64_t *told;  /* owned; a hash a column (tab_cell_content; 0: none): what a person typed
                        there, was read, and sent to the webhook; NULL: nothing was */
    unsigned n_told; /* so often */
    uint64_t *inserted;    /* owned; a hash a column (0: none): what the row shows if a batch has
                              arrived that inserted it, and whose answer was lost; NULL: none was */
    int64_t untold_ms;     /* monotonic; since then the webhook does not take it; 0: it does */
    unsigned n_read_waits; /* so often it has waited for a free read */
    int64_t not_before_ms; /* monotonic; it is not planned before */
    int64_t edit; /* the last edit (edit_log.id) whose change of it the stream has shown; 0: none */
    int64_t meet_until_ms; /* monotonic; until then it waits to meet its base; 0: it does not */
    bool is_awaited;       /* a person typed there, and the script may still tell */
    uint64_t transaction;  /* the session's number of the one that IMAGE came with; 0: none */
    uint64_t since;        /* the same of the one since which the row waits (watermark.h) */
    uint64_t *forced;      /* owned; a bit a column to write whatever base says; NULL: none */
    bool can_rescue;       /* these show what base says or said, or MySQL's value, or what a person
                                     has typed since */
    UT_hash_handle hh;
};

struct change_set {
    struct pending_row *rows; /* uthash, in the order of arrival */
    size_t n_rows;
    size_t bytes;
};

void change_set_close(struct change_set *set);

/* Put IMAGE (taken over, freed also on failure) in as the newest of its row. Forced bits and the
 * oldest commit time of an older image stay. The row, or NULL when out of memory. */
struct pending_row *change_set_put(struct change_set *set, uint32_t mapping,
                                   struct row_image *image, bool is_delete);
struct pending_row *change_set_find(const struct change_set *set, uint32_t mapping,
                                    struct hash128 key);
/* Force column I (of N) of ROW; -1: out of memory. */
int pending_row_force(struct pending_row *row, size_t i, size_t n);
bool pending_row_is_forced(const struct pending_row *row, size_t i);
/* Keep what IMAGE shows as inserted; -1: out of memory. */
int pending_row_keep_inserted(struct pending_row *row);
static inline bool pending_row_may_leave(const struct pending_row *row, int64_t now_ms)
{
    return !row->is_held && row->not_before_ms <= now_ms;
}
void change_set_remove(struct change_set *set, struct pending_row *row);
#endif
