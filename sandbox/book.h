/* SPDX-License-Identifier: Apache-2.0 */
/*
 * book: one version of one spreadsheet: its properties, its tabs, its developer metadata.
 *
 * A published version never changes; readers hold it by reference. A change is made on a draft
 * (book_draft) that shares what it does not touch, and either becomes the next version or is
 * dropped: that is what makes a batch all or nothing. One thread works on a draft.
 */
#ifndef SANDBOX_BOOK_H
#define SANDBOX_BOOK_H

#include "common/err.h"
#include "sandbox/tab.h"

enum metadata_place { META_SPREADSHEET, META_SHEET, META_ROW, META_COLUMN };

struct metadata {
    int64_t id;
    char *key, *value; /* owned; value NULL if none */
    bool is_project;   /* visibility PROJECT instead of DOCUMENT */
    enum metadata_place place;
    int64_t sheet_id; /* but for META_SPREADSHEET */
    int64_t index;    /* META_ROW, META_COLUMN */
};

/* What a draft has touched, for events and for undo. */
enum touch_kind { TOUCH_CELLS, TOUCH_STRUCTURE, TOUCH_TABS };
struct touch {
    int64_t sheet_id;
    enum touch_kind kind;
    struct area area;
};

struct book {
    atomic_int refs;
    char *id, *title, *locale, *time_zone; /* owned */
    int64_t revision;
    int64_t shape; /* grows when cells change their places: rows moved, tabs went, sorted */
    int64_t created_ms, modified_ms;
    char modified_by[128]; /* an e-mail address; "": not known */
    struct tab **tabs;     /* owned */
    size_t n_tabs;
    struct metadata *metadata; /* owned */
    size_t n_metadata;
    struct touch *touches; /* owned; since the version before */
    size_t n_touches;
};

/* A new spreadsheet with one tab "Sheet1" of 1000 rows and 26 columns. ID NULL: a fresh one. */
struct book *book_new(const char *id, const char *title);
struct book *book_ref(struct book *b);
void book_unref(struct book *b); /* NULL is fine */
static inline void book_cleanup(struct book **b)
{
    book_unref(*b);
}
struct book *book_draft(const struct book *b);

/* Tabs. NULL, -1: there is none. */
const struct tab *book_tab(const struct book *b, int64_t sheet_id);
const struct tab *book_tab_by_title(const struct book *b, const char *title);
int64_t book_tab_index(const struct book *b, int64_t sheet_id);
/* The draft's own copy of a tab that exists. */
struct tab *book_write_tab(struct book *draft, const struct tab *t);
/* Put a new tab (taken over) at INDEX; -1: at the end. */
void book_add_tab(struct book *draft, struct tab *t, int64_t index);
void book_remove_tab(struct book *draft, int64_t sheet_id);
void book_move_tab(struct book *draft, int64_t sheet_id, int64_t index);
int64_t book_fresh_sheet_id(const struct book *b);
/* Cells of all grids, empty ones, too. */
int64_t book_cells(const struct book *b);

/* Remember that AREA of T was changed; anything but TOUCH_CELLS is a new shape. */
void book_touch(struct book *draft, const struct tab *t, enum touch_kind kind, struct area area);

/* Developer metadata. The copy is the book's. */
void book_add_metadata(struct book *draft, const struct metadata *m);
void book_remove_metadata(struct book *draft, size_t index);
int64_t book_fresh_metadata_id(const struct book *b);
/* Rows or columns [at, at + n) came, went, or moved to before TO. */
void book_metadata_inserted(struct book *draft, int64_t sheet_id, bool rows, int64_t at, int64_t n);
void book_metadata_deleted(struct book *draft, int64_t sheet_id, bool rows, int64_t at, int64_t n);
void book_metadata_moved(struct book *draft, int64_t sheet_id, bool rows, int64_t at, int64_t n,
                         int64_t to);

/* Dimension changes with all that hangs on them: metadata, formulas. In bounds. */
void book_insert(struct book *draft, const struct tab *t, bool rows, int64_t at, int64_t n,
                 bool inherit_before);
void book_delete(struct book *draft, const struct tab *t, bool rows, int64_t at, int64_t n);
void book_move(struct book *draft, const struct tab *t, bool rows, int64_t at, int64_t n,
               int64_t to);
/* The cells of FROM stand so far DOWN and RIGHT now: let formulas refer to them there. */
void book_follow_cut(struct book *draft, const struct tab *t, struct area from, int64_t down,
                     int64_t right);
#endif
