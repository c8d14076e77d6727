/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan: pending rows + base + row index -> one batch for one tab. The heart; pure.
 *
 * An image is compared with the base: the cells that differ are written, neighbours as one range. A
 * row that the index does not know is inserted below the last row that has a key, in new rows of
 * its own, so that nothing that people type there is overwritten. Key cells of existing rows are
 * never written. What is held (common/base.h) waits for a person: a held cell is written only when
 * it is forced, and then with what the sheet showed; a held row is left as it is. Order in the
 * batch: new blank rows at the end, cells, deletes from the bottom up; each row number is right
 * when its request runs.
 */
#ifndef REPLICATOR_SYNC_PLAN_H
#define REPLICATOR_SYNC_PLAN_H

#include "common/arena.h"
#include "common/buf.h"
#include "common/err.h"
#include "replicator/sheets/sheets.h"
#include "replicator/sync/change_set.h"
#include "replicator/sync/mapping.h"

enum plan_action {
    PLAN_NOTHING, /* the sheet shows it already */
    PLAN_FORGET,  /* deleted, and not in the tab: only the base goes */
    PLAN_ABSENT,  /* changed in MySQL, known, and not in the tab: a person has deleted it */
    PLAN_UPDATE,
    PLAN_INSERT,
    PLAN_DELETE, /* its row in the tab goes; as on_delete says: */
    PLAN_CLEAR,  /* its cells are blanked, the row stays */
    PLAN_MARK,   /* it stays as it is, with a note */
};

/* A row on its way: what base says, and what is to be done. */
struct planned_row {
    struct pending_row *pending; /* not owned */
    const void *base;            /* the blob before; NULL: none */
    size_t base_len;
    const void *agreed; /* its values (common/base_values.h); NULL: none */
    size_t agreed_len;
    enum plan_action action;
    int64_t sheet_row; /* 0-based: where it is, or will be */
    size_t first_cell; /* of plan.cells */
    size_t n_cells;
    bool has_held;    /* some cell of it waits for a person */
    bool is_outdated; /* and somebody has decided meanwhile: to be planned again */
};

struct plan_cell {
    int64_t row, column;
    size_t mapped;  /* index of the mapped column */
    struct value v; /* what the cell shows; points into the image or what is agreed on */
    struct cell cell;
};

struct plan {
    struct mapping *mapping;
    struct planned_row *rows; /* owned */
    size_t n_rows;
    struct plan_cell *cells; /* owned */
    size_t n_cells, cells_size;
    size_t n_updates, n_inserts, n_deletes, n_clears;
    int64_t insert_at;  /* 0-based row of the first insert */
    struct arena arena; /* texts of cells */
};

/* Plan the N rows whose pending, base and base_len are set in ROWS (taken over; freed with
 * plan_close, also on -1). */
int plan_make(struct plan *plan, struct mapping *m, struct planned_row *rows, size_t n,
              struct err *err);
void plan_close(struct plan *plan);
/* Is column I of ROW held, and has MySQL its value by itself now? Then nothing is left to decide.
 */
bool plan_has_come_equal(const struct plan *plan, const struct planned_row *row, size_t i);
/* Does NOW, the blob as it is, hold all cells that were held when ROW was planned? */
bool plan_is_held_still(const struct plan *plan, const struct planned_row *row, const void *now,
                        size_t now_len);
/* About how many bytes of a request IMAGE takes, whole. IS_NEW: a row among others that are
 * inserted with it; else one that stands alone. */
size_t plan_row_bytes(const struct row_image *image, bool is_new);
/* Append the requests to BATCH. */
int plan_emit(const struct plan *plan, struct batch *batch, struct err *err);

/* The base blob of ROW once the batch is acknowledged, appended to OUT: NOW (the blob as it is at
 * that moment; NULL: none) with the cells that were written, AT_MS by the clock. Others may have
 * changed meanwhile: an edit of another cell of the row. */
void plan_base_after(const struct plan *plan, const struct planned_row *row, const void *now,
                     size_t now_len, int64_t at_ms, struct buf *out);
/* The same for base.agreed; BASE_NOW is the blob of hashes at that moment. */
void plan_agreed_after(const struct plan *plan, const struct planned_row *row, const void *now,
                       size_t now_len, const void *base_now, size_t base_now_len, struct buf *out);
#endif
