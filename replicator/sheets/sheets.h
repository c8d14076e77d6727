/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sheets: Google Sheets as tabrelay needs it: read ranges of cells, send one atomic batch and get
 * its proof.
 *
 * The only folder that talks to Google. Tabs are addressed by sheetId. Every call costs one token
 * of the budget (reads, writes a minute; budget.h) and waits for it; blocks until answered, timed
 * out or the stop is asked. One thread at a time. Calls take the reserve of the budget, too: what
 * can wait, comparisons and batches of many rows, is asked for only when the functions at the end
 * say that there is more.
 *
 * Errors: ERR_LOST after sending without a usable answer (time-out, connection lost, 5xx): the
 * batch may have been applied; ERR_FULL: it would have more cells than Google allows; ERR_QUOTA
 * (429, wait_ms set), ERR_HTTP transient before anything was sent; ERR_AUTH 401/403 with a hint;
 * ERR_GONE 404 or an unknown tab; ERR_HTTP with detail 400 and Google's sentence when the request
 * itself is refused. Retries of what is safe (reads, token, 401 once, 429, another account after
 * 403) happen inside; what was ambiguous is the caller's to decide (sheets_fate).
 */
#ifndef REPLICATOR_SHEETS_SHEETS_H
#define REPLICATOR_SHEETS_SHEETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/cell/cell.h"
#include "common/config/config.h"
#include "common/err.h"
#include "common/stop.h"

struct sheets;
struct batch;

int sheets_new(const struct config_google *cfg, struct stop *stop, struct sheets **out,
               struct err *err);
void sheets_free(struct sheets *s);
/* The stop was asked, and there is something to say yet: later calls are made all the same, each of
 * two seconds at most. */
int sheets_leave(struct sheets *s, struct err *err);
/* Go on under another STOP, with what is known of the quota, after sheets_leave or not. */
int sheets_return(struct sheets *s, struct stop *stop, struct err *err);
/* MAY_WRITE is asked before each request that writes, after all waiting for it; what it refuses is
 * not sent, and its error is the call's. NULL: nobody is. */
void sheets_guard(struct sheets *s, int (*may_write)(void *ctx, struct err *err), void *ctx);
/* Who we are: OWNER is the instance's own number (common/holder.h), NAME is for people. A tab that
 * another owner writes is not ours to write. */
int sheets_owner(struct sheets *s, uint64_t owner, const char *name, struct err *err);
/* COPYS: a tabrelay with a copy of our state database has the same number and writes the
 * spreadsheet, too (number.c). */
enum sheets_ownership { SHEETS_OURS, SHEETS_NOBODYS, SHEETS_ANOTHERS, SHEETS_COPYS };
/* Whose the tab is, as the last answer about it says. */
enum sheets_ownership sheets_ownership(const struct sheets *s, const char *spreadsheet,
                                       int64_t sheet_id);
/* Its owner's name; "": none, or not known. */
const char *sheets_owner_name(const struct sheets *s, const char *spreadsheet, int64_t sheet_id);
/* Let batch B make the tab ours, whosever it is. */
void sheets_claim(const struct sheets *s, struct batch *b, const char *spreadsheet,
                  int64_t sheet_id);
/* From now on every batch carries a number, in developer metadata of its spreadsheet, written by
 * the same atomic request: so it can be told whether a batch whose answer was lost was applied, and
 * one that comes late, twice, or from a process that is gone, is refused. INSTANCE tells ours from
 * those of another tabrelay. */
int sheets_number(struct sheets *s, const char *instance, struct err *err);
/* HOLDER is the token of the lease that batches are sent by from now on. If it is another one than
 * before, others may have written meanwhile: what was known of numbers is forgotten. */
void sheets_number_anew(struct sheets *s, uint64_t holder);
/* The service accounts' e-mail addresses, in the configuration's order: each spreadsheet should be
 * shared with all of them. */
size_t sheets_n_accounts(const struct sheets *s);
const char *sheets_account(const struct sheets *s, size_t at);

struct sheet_tab {
    int64_t sheet_id;
    char *title;           /* owned */
    int64_t rows, columns; /* of the grid */
    int64_t frozen_rows;
    bool is_grid; /* false: a chart or a connected sheet */
};
struct sheet_tabs {
    struct sheet_tab *tabs; /* owned */
    size_t n_tabs;
    char *time_zone; /* owned; "Europe/Berlin" */
};
/* One read. */
int sheets_tabs(struct sheets *s, const char *spreadsheet, struct sheet_tabs *out, struct err *err);
void sheet_tabs_close(struct sheet_tabs *t);

/* Google's limit of a spreadsheet: the grids of all its tabs, blank cells included.
 * https://developers.google.com/apps-script/guides/support/best-practices */
enum { SHEETS_CELLS_MAX = 10000000 };
/* Cells of the grids of all tabs but WITHOUT (-1: of all), as Google's last answers say: each
 * answer speaks of the tabs that it has cells of, sheets_tabs of all. 0: not known. */
int64_t sheets_cells(const struct sheets *s, const char *spreadsheet, int64_t without);
/* Rows of the tab's grid, as the last answer says. 0: not known. */
int64_t sheets_rows(const struct sheets *s, const char *spreadsheet, int64_t sheet_id);

/* Zero-based, end exclusive; end_row or end_column -1: to the end of the grid. */
struct grid_range {
    int64_t sheet_id;
    int64_t row, end_row, column, end_column;
};

/* Cells that came back for one range: trailing blanks are left out by Google, so ask with grid_at.
 */
struct grid_row {
    struct cell *cells; /* with their texts in the grid's store */
    int64_t n_cells;
};
struct grid {
    int64_t row, column;         /* of its first cell */
    int64_t n_rows;              /* rows that came */
    const struct grid_row *rows; /* the store's */
    struct grid_store *store;    /* private; NULL: there are no rows */
};
/* The cell at absolute ROW, COLUMN; blank outside. */
const struct cell *grid_at(const struct grid *g, int64_t row, int64_t column);
/* One past the last row that holds a cell; 0 if none does. Absolute. */
int64_t grid_end_row(const struct grid *g);
void grids_free(struct grid *grids, size_t n);

/* Read the effective values of N ranges (one request): *OUT is N grids in the order asked, freed
 * with grids_free. */
int sheets_read(struct sheets *s, const char *spreadsheet, const struct grid_range *ranges,
                size_t n, struct grid **out, struct err *err);

/* The same with the cells' notes, as texts, in *NOTES. */
int sheets_read_notes(struct sheets *s, const char *spreadsheet, const struct grid_range *ranges,
                      size_t n, struct grid **out, struct grid **notes, struct err *err);

/* Which cells of RANGE have a number format or a validation of their own: those hold some text in
 * the grid *OUT, the others are blank. */
int sheets_read_looks(struct sheets *s, const char *spreadsheet, const struct grid_range *range,
                      struct grid **out, struct err *err);

/* While IN_HURRY a request that would have to wait for the quota, a token or the lease for more
 * than half a second, or gets a 429, fails instead: ERR_QUOTA, transient, with wait_ms. For whoever
 * has planned a batch, which is right for the rows as they are now: people move them meanwhile. */
void sheets_hurry(struct sheets *s, bool in_hurry);

/* While requests that write wait for their answers MEANWHILE is called, as http/client.h says;
 * NULL: nothing is. It must not use S. */
void sheets_meanwhile(struct sheets *s, int64_t (*meanwhile)(void *ctx), void *ctx);

/* A batch under construction. Requests run in the order added, all or none. Out of memory shows at
 * sheets_send. */
struct batch *batch_new(void);
void batch_free(struct batch *b);
void batch_clear(struct batch *b);
/* The requests of OTHER, behind those of B. */
void batch_join(struct batch *b, const struct batch *other);
/* It brings rows of a fill: it may take of the quota what other requests may not
 * (sheets_write_wait_ms). */
void batch_fill(struct batch *b);
size_t batch_bytes(const struct batch *b);    /* of JSON so far */
size_t batch_requests(const struct batch *b); /* 0: nothing to send */
size_t batch_cells(const struct batch *b);
/* Write N_ROWS x N_COLUMNS cells (row by row) from ROW, COLUMN on; a blank cell clears. Only
 * values: formats, notes and validation stay. */
void batch_write(struct batch *b, int64_t sheet_id, int64_t row, int64_t column,
                 const struct cell *cells, size_t n_rows, size_t n_columns);
/* Set a cell's note; an empty TEXT takes it away. */
void batch_write_note(struct batch *b, int64_t sheet_id, int64_t row, int64_t column,
                      const char *text, size_t len);
/* Insert N blank rows before ROW (they inherit the format of the row above, but not from a header:
 * ROW 1). */
void batch_insert_rows(struct batch *b, int64_t sheet_id, int64_t row, int64_t n);
void batch_delete_rows(struct batch *b, int64_t sheet_id, int64_t row, int64_t n);
/* Grow the grid at its end. */
void batch_append_rows(struct batch *b, int64_t sheet_id, int64_t n);
void batch_append_columns(struct batch *b, int64_t sheet_id, int64_t n);
/* A new tab at the end, of Google's own size. */
void batch_add_tab(struct batch *b, const char *title);
/* Number format of a whole column below the header; FORMAT and PATTERN as in cell_format. */
void batch_format_column(struct batch *b, int64_t sheet_id, int64_t column, const char *format,
                         const char *pattern);
/* Back to the format that Google chooses by the value. */
void batch_unformat_column(struct batch *b, int64_t sheet_id, int64_t column);
/* Blank the values of a whole column from ROW on, in all rows of the grid. */
void batch_clear_column(struct batch *b, int64_t sheet_id, int64_t row, int64_t column);
/* Google warns before somebody edits the header's cells. */
void batch_protect_header(struct batch *b, int64_t sheet_id, int64_t column, int64_t n_columns);
/* N rows of COLUMN from ROW on: a checkbox, a list of texts to choose from, or neither. What is
 * typed all the same is only marked: a rule that refuses could refuse what MySQL has, and whether
 * such a rule holds for the API is not documented. */
void batch_set_checkbox(struct batch *b, int64_t sheet_id, int64_t row, int64_t n, int64_t column);
void batch_set_dropdown(struct batch *b, int64_t sheet_id, int64_t row, int64_t n, int64_t column,
                        const char *const *choices, size_t n_choices);
void batch_unset_validation(struct batch *b, int64_t sheet_id, int64_t row, int64_t n,
                            int64_t column);
/* Freeze row 0 and make the cells of the header bold. */
void batch_header_style(struct batch *b, int64_t sheet_id, int64_t column, int64_t n_columns);

/* Send B as one spreadsheets.batchUpdate. N_PROOF ranges come back in *PROOF (grids_free), as they
 * are after the batch, out of the same atomic request; their tab titles come from the last
 * sheets_tabs or proof of that spreadsheet. */
int sheets_send(struct sheets *s, const char *spreadsheet, const struct batch *b,
                const struct grid_range *proof_ranges, size_t n_proof, struct grid **proof,
                struct err *err);

/* The number of one attempt to send a batch; N 0: it has none. */
struct batch_number {
    int64_t n;       /* counts the batches that the spreadsheet has taken */
    uint64_t writer; /* which of those who tried to be the N-th */
};
/* What the next sheets_send of SPREADSHEET carries. Settles first what is in doubt: may block for a
 * read and a write. */
int sheets_next_number(struct sheets *s, const char *spreadsheet, struct batch_number *out,
                       struct err *err);

/* SHEETS_MAYBE_APPLIED: it carried no number, or later ones have taken its place. */
enum sheets_fate { SHEETS_NOT_APPLIED, SHEETS_APPLIED, SHEETS_MAYBE_APPLIED };
/* What became of the batch NUMBER, of this process or one before it? One read; if it is not there a
 * write, too, which takes its number, so that it cannot be applied later either. */
int sheets_fate(struct sheets *s, const char *spreadsheet, struct batch_number number,
                enum sheets_fate *fate, struct err *err);

/* Milliseconds until a request that can wait may go (0: now), the reserve being left for others: a
 * batch to SPREADSHEET (NULL: to any), which may be one of a fill; a page of a comparison. The
 * pipeline coalesces meanwhile. */
int64_t sheets_write_wait_ms(const struct sheets *s, const char *spreadsheet, bool is_fill);
int64_t sheets_read_wait_ms(const struct sheets *s);
/* Somebody has waited for a write so long by those, for tabrelay_quota_wait_seconds_total. */
void sheets_waited_to_write(struct sheets *s, int64_t ms);
/* Block until sheets_read_wait_ms is 0. ERR_STOPPED. */
int sheets_wait_to_read(struct sheets *s, struct err *err);

/* Append the budget's metrics. Any thread. */
void sheets_metrics(const struct sheets *s, struct buf *out);
#endif
