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
enum edit_kind { EDIT_UPSERT, EDIT_DELETE };

/* All pointers into the request's JSON. */
struct edit {
    const char *id; /* [A-Za-z0-9_-]{1,64} */
    enum edit_kind kind;
    int64_t time_ms;     /* since 1970 */
    uint32_t row;        /* 1-based, a hint; 0: not told */
    const cJSON *cells;  /* object: header -> cell */
    const cJSON *edited; /* array of headers, or NULL */
    const cJSON *old;    /* object: header -> cell, or NULL */
    const cJSON *base;   /* object: header -> 16 hex digits, or NULL */
};

struct edit_request {
    cJSON *json; /* owned */
    const char *spreadsheet;
    int64_t sheet_id; /* -1: not told */
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
