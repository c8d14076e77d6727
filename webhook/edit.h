/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edit: the body of POST /v1/edits, checked: JSON in, struct edits out (docs/ARCHITECTURE.md, "The
 * webhook's protocol").
 *
 * Everything that does not need MySQL or the configuration is checked here, so that what follows
 * can trust the form. Pure; any thread.
 */
#ifndef WEBHOOK_EDIT_H
#define WEBHOOK_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cell/cell.h"
#include "common/err.h"
#include "common/json.h"

#define EDIT_MAX_EDITS 5000
#define EDIT_MAX_HEADERS 512
#define EDIT_MAX_TEXT_BYTES 200000 /* 50,000 characters of a cell, 4 bytes each */

enum edit_source { EDIT_SCRIPT, EDIT_FOUND, EDIT_CLI };
enum edit_kind {
    EDIT_UPSERT,
    EDIT_DELETE,
    EDIT_RESOLVE, /* a person decides a conflict */
    EDIT_DECIDE,  /* the replicator says when MySQL was changed */
    EDIT_UNDO,    /* another edit is taken back */
};
enum edit_take { EDIT_TAKE_MYSQL, EDIT_TAKE_SHEET, EDIT_TAKE_BASE, EDIT_TAKE_VALUE };

/* All pointers into the request's JSON. */
struct edit {
    const char *id; /* [A-Za-z0-9_-]{1,64} */
    enum edit_kind kind;
    int64_t time_ms;       /* since 1970 */
    uint32_t row;          /* 1-based, a hint; 0: not told */
    const cJSON *json;     /* the whole edit */
    const cJSON *cells;    /* object: header -> cell; of an upsert and a delete, else NULL */
    const cJSON *edited;   /* array of headers, or NULL */
    const cJSON *old;      /* object: header -> cell, or NULL */
    const cJSON *base;     /* object: header -> 16 hex digits, or NULL */
    const char *after;     /* upsert: an earlier edit of this row, which has no key yet; NULL */
    const cJSON *formulas; /* object: header -> text, or NULL: only for the log */
    bool is_forced;        /* upsert: whatever the policy; undo: whatever the row has become */
    bool is_initial;       /* upsert: of the first synchronisation */
    bool is_noted;         /* upsert: the row has a note of ours: its people were told something */
    bool is_over; /* upsert: the cell shows something else than was typed, which the event told */
    bool is_lost; /* upsert: written over before it could be read, and nobody knows in which row */
    int64_t conflict;    /* resolve, decide: its id */
    enum edit_take take; /* resolve */
    const cJSON *set;    /* EDIT_TAKE_VALUE: a cell */
    int64_t changed_ms;  /* decide: since 1970; 0: not known */
    const char *undone;  /* undo: the other edit's id */
};

struct edit_request {
    cJSON *json;             /* owned */
    const char *mapping;     /* its name; NULL: it goes by spreadsheet and tab */
    const char *spreadsheet; /* "" with a mapping's name */
    int64_t sheet_id;        /* -1: not told */
    const char *tab;
    const char *editor; /* "" if unknown */
    enum edit_source source;
    struct edit *edits; /* owned */
    size_t n_edits;
    const char *change; /* the change that calls for a reconcile, REMOVE_ROW before all others;
                           NULL: none */
};

/* Parse and check. ERR_FORMAT: no JSON; ERR_VALUE: JSON of another shape, the message says where.
 * Close OUT in any case. */
int edit_parse(const char *body, size_t len, struct edit_request *out, struct err *err);
void edit_request_close(struct edit_request *request);

/* The cell that a checked JSON value stands for; text points into ITEM. NULL is a blank cell. */
struct cell edit_cell(const cJSON *item);
/* Did the person touch the cell under this header? */
bool edit_touches(const struct edit *edit, const char *header);
/* The hash that a found edit was computed against; false if it has none for HEADER. */
bool edit_base(const struct edit *edit, const char *header, uint64_t *hash);

const char *edit_source_name(enum edit_source source);
const char *edit_kind_name(enum edit_kind kind);
#endif
