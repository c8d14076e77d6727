/* SPDX-License-Identifier: Apache-2.0 */
/*
 * private: what the files of replicator/sheets/ share; nobody else includes it.
 */
#ifndef REPLICATOR_SHEETS_PRIVATE_H
#define REPLICATOR_SHEETS_PRIVATE_H

#include "common/http/client.h"
#include "common/json.h"
#include "replicator/sheets/quota.h"
#include "replicator/sheets/sheets.h"
#include "replicator/sheets/token.h"

struct batch {
    struct buf requests; /* JSON objects with commas between */
    size_t n_requests;
    size_t n_cells;
};

/* Titles of the tabs of the spreadsheets we have seen: ranges in A1 notation name tabs by title. */
struct title {
    char *spreadsheet; /* owned */
    char *text;        /* owned */
    int64_t sheet_id;
};

struct sheets {
    const struct config_google *cfg;
    struct stop *stop;
    struct http_client *http; /* owned */
    struct token *token;      /* owned */
    struct quota reads, writes, drive;
    bool is_leaving;
    struct title *titles; /* owned */
    size_t n_titles;
};

/* --- grid.c */

/* The grids of N asked ranges, out of an answer's "sheets" array (Spreadsheet.sheets): the cells'
 * values, or their notes as texts. */
int grids_parse(const cJSON *sheets, const struct grid_range *ranges, size_t n, bool of_notes,
                struct grid **out, struct err *err);

/* --- sheets.c */

/* Percent-encode what an id from the configuration may hold. */
void sheets_put_id(struct buf *path, const char *spreadsheet);

/* --- a1.c */

/* Append the range in A1 notation with its quoted title: 'Jon''s'!A2:B10, 'T'!A1:A (to the end of
 * the column). */
void a1_range(struct buf *out, const char *title, const struct grid_range *range);

/* --- request.c */

enum request_kind { REQUEST_READ, REQUEST_WRITE, REQUEST_DRIVE };

struct request {
    enum request_kind kind;
    const char *method;
    const char *path;       /* below the base URL, with its query */
    const struct buf *body; /* NULL: none */
    const char *what;       /* for errors: "spreadsheet ID" */
};

/* Wait for a token of the bucket, send, and parse the answer's JSON into *OUT. Reads are tried
 * again after passing troubles; a write is sent a second time only where Google certainly did not
 * apply the first: 401 (once) and 429. What is asked of Drive can wait better than we can: it is
 * neither waited for nor tried again. *OUT is NULL after an answer without content. */
int request_run(struct sheets *s, const struct request *request, cJSON **out, struct err *err);

/* --- request_error.c */

/* Turn an answer of R that is not 2xx into an error with a hint. A 5xx of a write may have been
 * applied (ERR_LOST). */
int request_error(const struct sheets *s, const struct request *r, const struct http_answer *answer,
                  struct err *err);
#endif
