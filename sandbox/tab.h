/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tab: one tab's grid: rows of cells, shared between versions until they are written.
 *
 * Tabs and rows are counted references. A tab that is shared is never changed: book_write_tab()
 * gives the draft its own copy (of the row pointers; rows follow when they are touched). So a
 * version costs a pointer a row, and a reader keeps the version it has, without a lock.
 * A tab that one draft owns is changed by one thread; shared ones may be read by any.
 */
#ifndef SANDBOX_TAB_H
#define SANDBOX_TAB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/json.h"
#include "sandbox/a1.h"
#include "sandbox/format.h"

enum { MAX_CELL_CHARACTERS = 50000, MAX_COLUMNS = 18278, MAX_BOOK_CELLS = 10000000 };

enum kind { KIND_BLANK, KIND_NUMBER, KIND_TEXT, KIND_BOOL, KIND_ERROR };

/* A value; the text belongs to whoever made it. */
struct scalar {
    enum kind kind;
    bool boolean;
    double number;
    const char *text; /* KIND_TEXT; KIND_ERROR: "#N/A" */
};
#define SCALAR_BLANK ((struct scalar){.kind = KIND_BLANK})

struct cell {
    enum kind kind; /* what was entered; KIND_BLANK beside a formula */
    bool boolean;
    double number;
    char *text;    /* owned */
    char *formula; /* owned, with its "="; NULL if none */
    char *note;    /* owned; NULL if none */
    struct format *format;
    struct format *validation; /* its rule (DataValidationRule), shared like a format; NULL: none */
};

/* Why a row is not shown; both at once are possible. Its values are read all the same. */
enum { HIDDEN_BY_USER = 1, HIDDEN_BY_FILTER = 2 };

struct row {
    atomic_int refs;
    uint32_t n;
    unsigned hidden;
    struct cell cells[];
};

struct tab {
    atomic_int refs;
    int64_t id;
    char *title; /* owned */
    int64_t rows, columns;
    int64_t frozen_rows, frozen_columns;
    bool is_hidden;
    struct row **row; /* owned; NULL is a blank row; rows past n_row are blank, too */
    size_t n_row, row_size;
    cJSON *protected_ranges; /* owned array, or NULL */
    struct area *merges;     /* owned; of two cells at least, none overlaps another */
    size_t n_merges;
};

struct tab *tab_new(int64_t id, const char *title, int64_t rows, int64_t columns);
struct tab *tab_ref(struct tab *t);
void tab_unref(struct tab *t);
/* A copy that its holder may change. */
struct tab *tab_clone(const struct tab *t);

/* NULL: nothing was ever entered there. */
const struct cell *tab_cell(const struct tab *t, int64_t row, int64_t column);
/* The cell for writing; inside the grid. Valid until the tab is changed otherwise. */
struct cell *tab_write(struct tab *t, int64_t row, int64_t column);
/* One past the last row (column) that holds a value or formula; 0 if none does. */
int64_t tab_last_row(const struct tab *t);
int64_t tab_last_column(const struct tab *t);
/* The part of AREA inside the grid, with bounded ends; it may be empty. */
struct area tab_clip(const struct tab *t, struct area area);
struct area tab_all(const struct tab *t);

/* The grid's own operations; the caller has checked the bounds. New rows and columns take the
 * format of the neighbour before (or after) them. */
void tab_insert_rows(struct tab *t, int64_t at, int64_t n, bool inherit_before);
void tab_delete_rows(struct tab *t, int64_t at, int64_t n);
/* Move [at, at + n) so that it stands before TO, both counted before the move. */
void tab_move_rows(struct tab *t, int64_t at, int64_t n, int64_t to);
void tab_insert_columns(struct tab *t, int64_t at, int64_t n, bool inherit_before);
void tab_delete_columns(struct tab *t, int64_t at, int64_t n);
void tab_move_columns(struct tab *t, int64_t at, int64_t n, int64_t to);
/* New size of the grid; what is outside is gone. */
void tab_resize(struct tab *t, int64_t rows, int64_t columns);
/* Insert or delete cells of AREA's columns only, the rest of these columns moves by AREA's rows. */
void tab_shift_down(struct tab *t, struct area area);
void tab_shift_up(struct tab *t, struct area area);
/* Exchange whole cells. */
void tab_swap_cells(struct tab *t, int64_t row, int64_t column, int64_t row2, int64_t column2);

unsigned tab_hidden(const struct tab *t, int64_t row); /* HIDDEN_BY_... */
void tab_set_hidden(struct tab *t, int64_t row, unsigned hidden);

/* Merged cells (tab_merge.c). A merge follows its rows and columns; one that is torn is undone. */
bool area_overlaps(struct area a, struct area b); /* bounded ends */
bool area_contains(struct area outer, struct area inner);
void tab_merge(struct tab *t, struct area area);   /* merges that it touches are undone first */
void tab_unmerge(struct tab *t, struct area area); /* every merge that it touches */
/* The merge that a cell is part of, or NULL. */
const struct area *tab_merge_at(const struct tab *t, int64_t row, int64_t column);
/* Rows (or columns) [at, at + n) came, went, or moved to before TO: for tab_dimension.c. */
void tab_merges_inserted(struct tab *t, bool rows, int64_t at, int64_t n);
void tab_merges_deleted(struct tab *t, bool rows, int64_t at, int64_t n);
void tab_merges_moved(struct tab *t, bool rows, int64_t at, int64_t n, int64_t to);

bool cell_has_value(const struct cell *c); /* NULL is fine */
void cell_clear_value(struct cell *c);
void cell_close(struct cell *c);
void cell_copy(struct cell *to, const struct cell *from); /* TO is closed first */
/* Value, copied; the formula goes. */
void cell_set(struct cell *c, struct scalar value);
void cell_set_formula(struct cell *c, const char *formula);
void cell_set_note(struct cell *c, const char *note);          /* NULL or "": none */
void cell_set_format(struct cell *c, struct format *format);   /* taken over */
void cell_set_validation(struct cell *c, struct format *rule); /* taken over */
#endif
