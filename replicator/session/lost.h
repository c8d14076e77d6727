/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lost: a batch of which no answer came, read back from sent_batch. Only lost*.c include this.
 * Worker thread.
 */
#ifndef REPLICATOR_SESSION_LOST_H
#define REPLICATOR_SESSION_LOST_H

#include "common/json.h"
#include "replicator/session/session.h"

/* A cell that the batch wrote. */
struct lost_cell {
    size_t mapped;
    uint64_t hash; /* of the value that it shows */
    bool is_blank;
    bool is_shown;      /* the row's cell shows it */
    struct value shown; /* the value, in the share's arena, where base keeps values of the column */
};

/* A row that the batch was to change, or to take away. */
struct lost_row {
    struct hash128 key;
    int64_t changed_us;
    size_t first_cell, n_cells;
    bool is_gone;
    bool is_new;   /* it was inserted: nothing is looked for but what people typed over it since */
    bool is_home;  /* it shows all that was written */
    bool is_found; /* some of it */
    UT_hash_handle hh;
};

/* One mapping's share. */
struct lost_share {
    uint32_t at; /* of follows */
    struct mapping *m;
    struct lost_row *rows; /* owned */
    size_t n_rows;
    struct lost_cell *cells; /* owned */
    size_t n_cells;
    struct lost_row *by_key; /* uthash of ROWS */
    struct arena arena;
};

/* Append what SHIPMENT's shares change as JSON (schemas/state-4.sql says how); *ANY: something. */
struct shipment;
int lost_print(const struct shipment *sh, struct buf *out, bool *any, struct err *err);
int lost_print_keys(const struct mapping *m, const struct hash128 *keys, size_t n, struct buf *out,
                    struct err *err);
/* Read one share of it. Columns that the mapping has no more are left out. ERR_FORMAT. */
int lost_share_read(struct lost_share *share, struct mapping *m, uint32_t at, const cJSON *json,
                    struct err *err);
void lost_share_close(struct lost_share *share);

/* lost_find.c: rows of the batch that got the same cells. */
struct content {
    struct first {
        size_t mapped;
        uint64_t hash;
    } first; /* of its cells that are not blank */
    const struct lost_row *like;
    struct content *next; /* with the same first cell */
    UT_hash_handle hh;
};

/* A row of the tab that shows the cells of others. */
struct hit {
    struct hash128 key;
    bool has_key;
    int64_t row;
    const struct content *content;
};

struct hunt {
    struct session *s;
    struct lost_share *share;
    struct content *contents; /* uthash by first */
    struct content *all;      /* owned; one a row of the batch at most */
    size_t n_contents;
    struct hit *hits; /* owned */
    size_t n_hits, hits_size;
};

/* Fill what rows and cells show, and the hits, which are ours as far as base says something else.
 * The index is fresh. Blocks for one read, or for the whole tab's pages. */
int hunt_run(struct hunt *h, struct err *err);
void hunt_close(struct hunt *h);

/* The batch was applied, or may have been: see where its cells are now. Base learns what the tab
 * shows of them, rows that were hit by mistake are read again from MySQL, cells in nobody's row
 * become orphans. Blocks for a read or more. */
int lost_judge(struct session *s, struct lost_share *share, struct err *err);
#endif
