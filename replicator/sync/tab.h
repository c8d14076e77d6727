/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tab: where a mapping's columns and rows are in its tab.
 *
 * Columns are known by the header in row 1, rows by their key cells. Blocks for one or two API
 * requests. Worker thread.
 */
#ifndef REPLICATOR_SYNC_TAB_H
#define REPLICATOR_SYNC_TAB_H

#include "common/err.h"
#include "replicator/sheets/sheets.h"
#include "replicator/sync/mapping.h"

enum {
    TAB_RANGES_MAX = 17, /* the header and as many key columns as a key may have */
    TAB_GROUP_MAX = 50   /* tabs that are read by one request */
};

/* What is to be written so that a tab has all headers. */
struct tab_headers {
    struct batch *batch; /* owned */
    size_t n_missing;    /* columns whose header stands nowhere */
    bool is_blank;       /* row 1 is blank */
};

/* Find the tab among TABS (by REMEMBERED id, -1 if none, else by title): M learns its id and its
 * grid's size. ERR_GONE: no such tab. */
int tab_find(struct mapping *m, const struct sheet_tabs *tabs, int64_t remembered, struct err *err);
/* Row 1, whole. */
struct grid_range tab_header_range(const struct mapping *m);
/* Is nothing to be written, because ROW, the grid of tab_header_range, has all headers and the
 * table is as it was? */
bool tab_is_complete(const struct mapping *m, const struct grid *row);
/* Find the headers in ROW, the grid of tab_header_range. Nothing is written yet: OUT has what
 * tab_write_headers will. Headers that are missing are added right of the last one, with their
 * number format; that of a renamed column is written in its old place; a column whose new header
 * stands elsewhere already counts as retyped, because its values do not stand there. Dropped
 * columns are cleared where the mapping says so. Close OUT, also after a failure. */
int tab_place_headers(struct mapping *m, const struct grid *row, struct tab_headers *out,
                      struct err *err);
int tab_write_headers(struct sheets *s, const struct mapping *m, const struct tab_headers *headers,
                      struct err *err);
void tab_headers_close(struct tab_headers *headers);
/* Without a header the column's cells are not there either: for a key column no row is known any
 * more, and writing them anew would be guessing. ERR_GONE if a key column's header is missing. */
int tab_require_key(const struct mapping *m, struct err *err);

/* The table is gone: blank all cells below the headers that BEFORE names. */
int tab_clear(struct sheets *s, const struct config_mapping *cfg, const struct definition *before,
              const struct sheet_tabs *tabs, int64_t remembered, struct err *err);

/* The ranges that say where everything is: the header row and each key column whole. Returns how
 * many; at most TAB_RANGES_MAX. */
size_t tab_ranges(const struct mapping *m, struct grid_range *out);

/* Are the headers where we think they are? HEADER is the grid of the first of tab_ranges. */
bool tab_headers_match(const struct mapping *m, const struct grid *header);

/* Does CELL hold HEADER, blanks around it left aside? */
bool tab_is_header(const struct cell *cell, const char *header);

/* The mapped column that has this header; -1: none. */
int tab_find_mapped(const struct mapping *m, const struct cell *cell);

/* Build the row index from the grids of the key columns (the rest of tab_ranges). Of keys that
 * stand twice the first row counts. */
int tab_index(struct mapping *m, const struct grid *keys, struct err *err);

/* Read tab_ranges and build the index; a large tab in pages of 50,000 key cells: rows that move
 * meanwhile may be missed. ERR_FORMAT transient: the headers have moved (open the tab again). */
int tab_read_index(struct sheets *s, struct mapping *m, struct err *err);
/* How many of N mappings of one spreadsheet, from the first on, tab_read_indexes may read at once:
 * as many as have no more key cells together than a page; at least one. */
size_t tab_index_group(struct mapping *const *mappings, size_t n);
/* tab_read_index of N mappings of one spreadsheet, tab_index_group of them, in one request. After a
 * failure nothing is known of any. */
int tab_read_indexes(struct sheets *s, struct mapping *const *mappings, size_t n, struct err *err);
/* The index in one request, atomic: for whoever concludes that rows are gone. */
int tab_read_index_whole(struct sheets *s, struct mapping *m, struct err *err);

/* What CELL says in mapped column I (a text may point into SCRATCH); false if it is no value of
 * that column. Without memory the process ends: a row that only seems to be none would be written
 * again, or deleted in MySQL. */
bool tab_cell_value(const struct mapping *m, size_t i, const struct cell *cell, struct buf *scratch,
                    struct value *out);

/* The key's values in ROW of the key columns' grids (n_key of them; texts point into SCRATCH or the
 * grids); false if a key cell is no value of its column, or all are blank. A blank cell among
 * others is the empty text where its column cannot be NULL. */
bool tab_key_values(const struct mapping *m, const struct grid *keys, int64_t row,
                    struct buf *scratch, struct value *values);
/* The same as a hash. */
bool tab_key_at(const struct mapping *m, const struct grid *keys, int64_t row, struct hash128 *out);

/* Can a row with these values (n_columns of them) be known in a tab by its key? A key of several
 * columns may have some empty texts, but not all of them. */
bool tab_can_show_key(const struct mapping *m, const struct value *values);

/* Does CELL show, in mapped column I, the value that has this hash, or stand for it? A blank cell
 * shows NULL also where the column itself cannot be NULL: a row that waits for its defaults. */
bool tab_cell_shows(const struct mapping *m, size_t i, const struct cell *cell, uint64_t hash);

/* A hash of what CELL holds: of equal cells the same, never 0. */
uint64_t tab_cell_content(const struct cell *cell);

/* Does CELL show, in mapped column I, something else than base HASHES say? Of a column that was
 * never agreed on nothing can be said. */
bool tab_cell_differs(const struct mapping *m, size_t i, const struct cell *cell,
                      const void *hashes, size_t hashes_len);
#endif
