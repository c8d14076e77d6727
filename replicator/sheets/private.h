/* SPDX-License-Identifier: Apache-2.0 */
/*
 * private: what the files of replicator/sheets/ share; nobody else includes it.
 */
#ifndef REPLICATOR_SHEETS_PRIVATE_H
#define REPLICATOR_SHEETS_PRIVATE_H

#include "common/arena.h"
#include "common/http/client.h"
#include "common/json.h"
#include "replicator/sheets/budget.h"
#include "replicator/sheets/drive.h"
#include "replicator/sheets/quota.h"
#include "replicator/sheets/sheets.h"
#include "replicator/sheets/token.h"

enum request_kind { REQUEST_READ, REQUEST_WRITE, REQUEST_DRIVE };

struct batch {
    struct buf requests; /* JSON objects with commas between */
    size_t n_requests;
    size_t n_cells;
    bool is_fill;
};

/* A tab as Google last spoke of it. Ranges in A1 notation name tabs by title. */
struct known_tab {
    char *spreadsheet; /* owned */
    char *title;       /* owned */
    int64_t sheet_id;
    int64_t rows, columns; /* of its grid; 0: it has none */
    uint64_t owner;        /* which tabrelay writes it (owner.c); 0: none */
    int64_t owner_id;      /* of the metadata that say so */
    char *owner_name;      /* owned; NULL: none */
};

/* A batch number that the spreadsheet shows; kept until then (monotonic). */
struct shown_number {
    struct batch_number number;
    uint64_t owner; /* whose it is; 0: not known */
    int64_t until_ms;
    bool is_going; /* the batch under way takes it away */
};

/* Append one REQUEST, a JSON object. */
void batch_add(struct batch *b, const struct buf *request);

enum { SHOWN_MAX = 32 };

/* What is known of the numbers of a spreadsheet's batches (number.c). */
struct numbering {
    char *spreadsheet; /* owned */
    bool is_known;
    int64_t last; /* the highest that was ever seen */
    struct shown_number shown[SHOWN_MAX];
    size_t n_shown;
    struct batch_number reserved; /* what the next batch carries; n 0: not decided yet */
    struct batch_number doubt;    /* of the batch whose answer was lost; n 0: none */
    bool is_begun;                /* a number of this holder's stands there for ever */
    bool has_copy;                /* a copy of our state database writes it, too */
    unsigned refusals;            /* in a row */
};

/* Does the server take gzipped bodies? */
enum request_zip { ZIP_UNKNOWN, ZIP_TAKEN, ZIP_REFUSED };

struct sheets {
    const struct config_google *cfg;
    struct stop *stop;
    struct http_client *http; /* owned */
    struct token **tokens;    /* owned; one an account, in the configuration's order */
    size_t n_accounts;
    struct budget *budget; /* owned; of reads and writes */
    struct quota drive;    /* of the first account, which alone asks Drive */
    uint64_t owner;        /* who we are to tabs; 0: nobody asks */
    char *owner_name;      /* owned */
    int (*may_write)(void *ctx, struct err *err);
    void *guard_ctx;
    int64_t (*meanwhile)(void *ctx); /* sheets_meanwhile */
    void *meanwhile_ctx;
    enum request_zip zip;
    bool is_leaving;
    bool is_in_hurry;        /* sheets_hurry */
    struct known_tab *known; /* owned */
    size_t n_known;
    char *number_key; /* owned; NULL: batches carry no numbers */
    uint64_t holder;  /* token of the lease that numbers are taken by */
    uint64_t writer;  /* random: this process */
    uint32_t n_numbers;
    struct numbering *numberings; /* owned */
    size_t n_numberings;
};

/* --- grid_rows.c */

/* What of the cells: their values, their notes as texts, or some text where one has a number format
 * or a rule of its own. */
enum grid_part { GRID_VALUES, GRID_NOTES, GRID_LOOKS, GRID_PARTS };

/* A part of the rows of one GridData; shared by the grids of ranges that were asked twice. */
struct grid_store {
    size_t n_users;
    struct arena arena; /* cells and their texts */
    struct grid_row *rows;
    size_t n_rows, size;
};
struct grid_store *grid_store_share(struct grid_store *store);
void grid_store_free(struct grid_store *store); /* one user less; NULL: nothing */

/* All rows of an answer, in the order of its text. */
struct grid_rows {
    unsigned parts;                           /* what is wanted: 1 << GRID_VALUES, ... */
    struct grid_store *(*stores)[GRID_PARTS]; /* owned; NULL where a part is not wanted */
    size_t n;
};
#define CLEANUP_ROWS_OF_GRIDS __attribute__((cleanup(grid_rows_close)))
/* Take each "rowData" out of TEXT, which is changed: a number, its place in OUT, stands there
 * instead, as GRID_ROWS_MARK. What OUT had before goes. ERR_FORMAT as json_parse; ERR_NOMEM. */
#define GRID_ROWS_MARK "r"
int grid_rows_take(struct buf *text, struct grid_rows *out, struct err *err);
void grid_rows_close(struct grid_rows *rows);

/* --- grid.c */

/* The grids of N asked ranges, out of an answer's "sheets" array (Spreadsheet.sheets) and the ROWS
 * that were taken out of its text. */
int grids_find(const cJSON *sheets, const struct grid_rows *rows, const struct grid_range *ranges,
               size_t n, enum grid_part part, struct grid **out, struct err *err);

/* --- drive.c */

/* What Google answered to drive_look, drive_watch. */
int drive_take_look(const struct sheets *s, const cJSON *answer, const char *spreadsheet,
                    struct drive_look *out, struct err *err);
int drive_take_channel(const cJSON *answer, const char *spreadsheet, struct drive_channel *out,
                       struct err *err);

/* --- owner.c */

/* Of the "sheets" array, with OWNER_FIELDS: whose TAB is, as PROPERTIES' sibling METADATA say. */
#define OWNER_FIELDS "developerMetadata(metadataId,metadataKey,metadataValue)"
int owner_learn(struct known_tab *tab, const cJSON *metadata, struct err *err);

/* --- known.c */

struct known_tab *known_find(const struct sheets *s, const char *spreadsheet, int64_t sheet_id);

/* Take titles and sizes out of an answer's "sheets" array. ERR_NOMEM. */
int known_learn(struct sheets *s, const char *spreadsheet, const cJSON *sheets, struct err *err);
/* All tabs of SPREADSHEET; NULL: of all. */
void known_forget(struct sheets *s, const char *spreadsheet);
/* NULL: not known. */
const char *known_title(const struct sheets *s, const char *spreadsheet, int64_t sheet_id);

/* --- sheets.c */

/* Percent-encode what an id from the configuration may hold. */
void sheets_put_id(struct buf *path, const char *spreadsheet);
struct request;
/* REQUEST about SPREADSHEET gets its path, in which SUFFIX follows the id, and its name. As
 * request_run. */
int sheets_run(struct sheets *s, struct request *request, const char *spreadsheet,
               const char *suffix, cJSON **out, struct err *err);

/* --- number.c */

/* Learn the numbers that the Spreadsheet JSON shows (with NUMBER_FIELDS). */
#define NUMBER_FIELDS "developerMetadata(metadataKey,metadataValue)"
int number_learn(struct sheets *s, const char *spreadsheet, const cJSON *json, struct err *err);
/* The numbering for the next batch, NULL where none is carried; its `reserved` is set. Settles what
 * became of a batch whose answer was lost. */
int number_begin(struct sheets *s, const char *spreadsheet, struct numbering **out,
                 struct err *err);
/* Append the requests that come before and after those of the batch. N may be NULL. */
void number_put_first(const struct sheets *s, const struct numbering *n, struct buf *out);
void number_put_last(const struct sheets *s, struct numbering *n, struct buf *out);
/* The batch is answered; has failed with ERR (which may become ERR_LOST, or transient). */
void number_answered(const struct sheets *s, struct numbering *n);
/* Does a tabrelay with a copy of our state database write SPREADSHEET, too? */
bool number_has_copy(const struct sheets *s, const char *spreadsheet);
void number_failed(struct sheets *s, struct numbering *n, struct err *err);
void numberings_free(struct sheets *s);

/* --- a1.c */

/* Append the range in A1 notation with its quoted title: 'Jon''s'!A2:B10, 'T'!A1:A (to the end of
 * the column). */
void a1_range(struct buf *out, const char *title, const struct grid_range *range);

/* --- request.c */

struct request {
    enum request_kind kind;
    const char *method;
    const char *path;        /* below the base URL, with its query */
    const struct buf *body;  /* NULL: none */
    const char *what;        /* for errors: "spreadsheet ID" */
    const char *spreadsheet; /* whose quota and permissions count; not of Drive's requests */
    struct grid_rows *rows;  /* the answer's rows go there; NULL: it has no grids */
    bool is_fill;
};

/* Wait for a token of the bucket, send, and parse the answer's JSON into *OUT. Reads are tried
 * again after passing troubles; a write is sent a second time only where Google certainly did not
 * apply the first: 401 (once an account), 403 (by another account), 429, and a refused gzip. What
 * is asked of Drive can wait better than we can: it is neither waited for nor tried again. *OUT is
 * NULL after an answer without content. */
int request_run(struct sheets *s, const struct request *request, cJSON **out, struct err *err);

/* --- request_error.c */

/* What a 429 tells of the quota that is used up. */
struct request_quota {
    char limit[96];      /* "WriteRequestsPerMinutePerUser"; "": not told */
    unsigned per_minute; /* 0: not told */
};
/* Turn an answer to ACCOUNT's request R that is not 2xx into an error with a hint; QUOTA is filled
 * with ERR_QUOTA. A 5xx of a write may have been applied (ERR_LOST). */
int request_error(const char *account, const struct request *r, const struct http_answer *answer,
                  struct request_quota *quota, struct err *err);
#endif
