/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/sheets/sheets.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "replicator/sheets/private.h"

#define FIELDS_OF(cell)                                                           \
    "sheets(properties(sheetId,title,sheetType,gridProperties)," OWNER_FIELDS "," \
    "data(startRow,startColumn,rowData(values(" cell "))))"
#define DATA_FIELDS FIELDS_OF("effectiveValue")
#define NOTE_FIELDS FIELDS_OF("effectiveValue,note")
#define LOOK_FIELDS FIELDS_OF("userEnteredFormat(numberFormat),dataValidation")

#define SCOPES "https://www.googleapis.com/auth/spreadsheets"
#define SCOPES_WITH_DRIVE SCOPES " https://www.googleapis.com/auth/drive.metadata.readonly"
/* Far below Drive's quota of 12,000: more would be a mistake of ours. */
enum { DRIVE_PER_MINUTE = 600 };

static int add_account(struct sheets *s, const char *path, struct err *err)
{
    const char *scopes = s->cfg->uses_drive ? SCOPES_WITH_DRIVE : SCOPES;
    struct token *t;

    if (token_open(path, scopes, &t, err) != 0)
        return -1;
    s->tokens[s->n_accounts++] = t;
    return budget_add(s->budget, token_account(t), token_project(t), clock_mono_ms(), err);
}

int sheets_new(const struct config_google *cfg, struct stop *stop, struct sheets **out,
               struct err *err)
{
    struct sheets *s = calloc(1, sizeof(*s));
    int rc;

    if (s == NULL)
        return err_nomem(err, "sheets");
    s->cfg = cfg;
    s->stop = stop;
    s->budget = budget_new(cfg);
    s->tokens = calloc(cfg->n_credentials, sizeof(struct token *));
    quota_init(&s->drive, DRIVE_PER_MINUTE, clock_mono_ms());
    rc = s->budget == NULL || s->tokens == NULL ? err_nomem(err, "sheets")
                                                : http_client_new(stop, &s->http, err);
    for (size_t i = 0; rc == 0 && i < cfg->n_credentials; i++)
        rc = add_account(s, cfg->credentials[i], err);
    if (rc != 0) {
        sheets_free(s);
        return -1;
    }
    *out = s;
    return 0;
}

void sheets_free(struct sheets *s)
{
    if (s == NULL)
        return;
    known_forget(s, NULL);
    free(s->known);
    numberings_free(s);
    free(s->owner_name);
    for (size_t i = 0; i < s->n_accounts; i++)
        token_free(s->tokens[i]);
    free(s->tokens);
    budget_free(s->budget);
    http_client_free(s->http);
    free(s);
}

int sheets_leave(struct sheets *s, struct err *err)
{
    struct http_client *http = NULL;

    if (http_client_new(NULL, &http, err) != 0)
        return -1;
    http_client_free(s->http);
    s->http = http;
    s->is_leaving = true;
    return 0;
}

int sheets_return(struct sheets *s, struct stop *stop, struct err *err)
{
    struct http_client *http = NULL;

    if (http_client_new(stop, &http, err) != 0)
        return -1;
    http_client_free(s->http);
    s->http = http;
    s->stop = stop;
    s->is_leaving = false;
    return 0;
}

void sheets_guard(struct sheets *s, int (*may_write)(void *ctx, struct err *err), void *ctx)
{
    s->may_write = may_write;
    s->guard_ctx = ctx;
}

void sheets_hurry(struct sheets *s, bool in_hurry)
{
    s->is_in_hurry = in_hurry;
}

void sheets_meanwhile(struct sheets *s, int64_t (*meanwhile)(void *ctx), void *ctx)
{
    s->meanwhile = meanwhile;
    s->meanwhile_ctx = ctx;
}

size_t sheets_n_accounts(const struct sheets *s)
{
    return s->n_accounts;
}

const char *sheets_account(const struct sheets *s, size_t at)
{
    return token_account(s->tokens[at]);
}

static int64_t wait_ms(const struct sheets *s, enum budget_kind kind, const char *spreadsheet,
                       enum quota_claim claim)
{
    const struct budget_ask ask = {
        .kind = kind, .spreadsheet = spreadsheet, .only = BUDGET_ANY, .claim = claim};

    return budget_wait_ms(s->budget, &ask, clock_mono_ms(), NULL);
}

int64_t sheets_write_wait_ms(const struct sheets *s, const char *spreadsheet, bool is_fill)
{
    return wait_ms(s, BUDGET_WRITE, spreadsheet, is_fill ? QUOTA_FILL : QUOTA_CAN_WAIT);
}

int64_t sheets_read_wait_ms(const struct sheets *s)
{
    return wait_ms(s, BUDGET_READ, NULL, QUOTA_CAN_WAIT);
}

void sheets_waited_to_write(struct sheets *s, int64_t ms)
{
    budget_waited(s->budget, BUDGET_WRITE, ms);
}

int sheets_wait_to_read(struct sheets *s, struct err *err)
{
    int64_t wait;

    while ((wait = sheets_read_wait_ms(s)) > 0) {
        if (stop_wait_ms(s->stop, wait))
            return err_set(err, ERR_STOPPED, "sheets: stopped while waiting for the quota");
        budget_waited(s->budget, BUDGET_READ, wait);
    }
    return 0;
}

void sheets_metrics(const struct sheets *s, struct buf *out)
{
    budget_metrics(s->budget, clock_mono_ms(), out);
}

void sheets_put_id(struct buf *path, const char *spreadsheet)
{
    for (const char *p = spreadsheet; *p != '\0'; p++) {
        if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", *p) != NULL)
            buf_putc(path, *p);
        else
            buf_printf(path, "%%%02X", (unsigned char)*p);
    }
}

int sheets_run(struct sheets *s, struct request *request, const char *spreadsheet,
               const char *suffix, cJSON **out, struct err *err)
{
    CLEANUP_BUF struct buf path = BUF_INIT;
    CLEANUP_BUF struct buf what = BUF_INIT;
    const struct buf *body = request->body;

    buf_puts(&path, "v4/spreadsheets/");
    sheets_put_id(&path, spreadsheet);
    buf_puts(&path, suffix);
    buf_printf(&what, "spreadsheet %.100s", spreadsheet);
    if (path.is_failed || what.is_failed || (body != NULL && body->is_failed))
        return err_nomem(err, "sheets");
    request->spreadsheet = spreadsheet;
    request->path = path.ptr;
    request->what = what.ptr;
    return request_run(s, request, out, err);
}

/* --- tabs */

void sheet_tabs_close(struct sheet_tabs *t)
{
    for (size_t i = 0; i < t->n_tabs; i++)
        free(t->tabs[i].title);
    free(t->tabs);
    free(t->time_zone);
    *t = (struct sheet_tabs){0};
}

static int take_tab(const cJSON *properties, struct sheet_tab *tab, struct err *err)
{
    const cJSON *grid = json_get(properties, "gridProperties");

    *tab = (struct sheet_tab){
        .sheet_id = json_int(properties, "sheetId", 0),
        .title = strdup(json_text(properties, "title", "")),
        .rows = json_int(grid, "rowCount", 0),
        .columns = json_int(grid, "columnCount", 0),
        .frozen_rows = json_int(grid, "frozenRowCount", 0),
        .is_grid = strcmp(json_text(properties, "sheetType", "GRID"), "GRID") == 0,
    };
    return tab->title == NULL ? err_nomem(err, "sheets") : 0;
}

int sheets_tabs(struct sheets *s, const char *spreadsheet, struct sheet_tabs *out, struct err *err)
{
    CLEANUP_JSON cJSON *json = NULL;
    const cJSON *sheets, *item;
    struct request request = {.kind = REQUEST_READ, .method = "GET"};

    *out = (struct sheet_tabs){0};
    if (sheets_run(s, &request, spreadsheet,
                   "?fields=properties(timeZone)," NUMBER_FIELDS
                   ",sheets(properties(sheetId,title,sheetType,gridProperties)," OWNER_FIELDS
                   ")&prettyPrint=false",
                   &json, err) != 0)
        return -1;
    sheets = json_get(json, "sheets");
    if (!cJSON_IsArray(sheets) || cJSON_GetArraySize(sheets) == 0)
        return err_set(err, ERR_FORMAT, "sheets: spreadsheet %.100s: the answer names no tabs",
                       spreadsheet);
    out->tabs = calloc((size_t)cJSON_GetArraySize(sheets), sizeof(*out->tabs));
    out->time_zone = strdup(json_text(json_get(json, "properties"), "timeZone", ""));
    if (out->tabs == NULL || out->time_zone == NULL) {
        sheet_tabs_close(out);
        return err_nomem(err, "sheets");
    }
    cJSON_ArrayForEach(item, sheets)
    {
        if (take_tab(json_get(item, "properties"), &out->tabs[out->n_tabs++], err) != 0) {
            sheet_tabs_close(out);
            return -1;
        }
    }
    known_forget(s, spreadsheet); /* all its tabs are here; others are gone */
    if (known_learn(s, spreadsheet, sheets, err) == 0 &&
        number_learn(s, spreadsheet, json, err) == 0)
        return 0;
    sheet_tabs_close(out);
    return -1;
}

/* --- reading */

static void put_index(struct buf *out, const char *name, int64_t index)
{
    if (index >= 0)
        buf_printf(out, ",\"%s\":%" PRId64, name, index);
}

static int get_ranges(struct sheets *s, const char *spreadsheet, const char *suffix,
                      const struct grid_range *ranges, size_t n, cJSON **json,
                      struct grid_rows *rows, struct err *err)
{
    CLEANUP_BUF struct buf body = BUF_INIT;
    struct request request = {.kind = REQUEST_READ, .method = "POST", .body = &body, .rows = rows};

    buf_puts(&body, "{\"dataFilters\":[");
    for (size_t i = 0; i < n; i++) {
        buf_printf(&body, "%s{\"gridRange\":{\"sheetId\":%" PRId64, i > 0 ? "," : "",
                   ranges[i].sheet_id);
        put_index(&body, "startRowIndex", ranges[i].row);
        put_index(&body, "endRowIndex", ranges[i].end_row);
        put_index(&body, "startColumnIndex", ranges[i].column);
        put_index(&body, "endColumnIndex", ranges[i].end_column);
        buf_puts(&body, "}}");
    }
    buf_puts(&body, "],\"includeGridData\":true}");
    if (sheets_run(s, &request, spreadsheet, suffix, json, err) != 0)
        return -1;
    return known_learn(s, spreadsheet, json_get(*json, "sheets"), err);
}

int sheets_read(struct sheets *s, const char *spreadsheet, const struct grid_range *ranges,
                size_t n, struct grid **out, struct err *err)
{
    CLEANUP_JSON cJSON *json = NULL;
    CLEANUP_ROWS_OF_GRIDS struct grid_rows rows = {.parts = 1U << GRID_VALUES};

    if (get_ranges(s, spreadsheet, ":getByDataFilter?fields=" DATA_FIELDS "&prettyPrint=false",
                   ranges, n, &json, &rows, err) != 0)
        return -1;
    return grids_find(json_get(json, "sheets"), &rows, ranges, n, GRID_VALUES, out, err);
}

int sheets_read_notes(struct sheets *s, const char *spreadsheet, const struct grid_range *ranges,
                      size_t n, struct grid **out, struct grid **notes, struct err *err)
{
    CLEANUP_JSON cJSON *json = NULL;
    CLEANUP_ROWS_OF_GRIDS struct grid_rows rows = {.parts = 1U << GRID_VALUES | 1U << GRID_NOTES};

    if (get_ranges(s, spreadsheet, ":getByDataFilter?fields=" NOTE_FIELDS "&prettyPrint=false",
                   ranges, n, &json, &rows, err) != 0 ||
        grids_find(json_get(json, "sheets"), &rows, ranges, n, GRID_VALUES, out, err) != 0)
        return -1;
    if (grids_find(json_get(json, "sheets"), &rows, ranges, n, GRID_NOTES, notes, err) == 0)
        return 0;
    grids_free(*out, n);
    *out = NULL;
    return -1;
}

int sheets_read_looks(struct sheets *s, const char *spreadsheet, const struct grid_range *range,
                      struct grid **out, struct err *err)
{
    CLEANUP_JSON cJSON *json = NULL;
    CLEANUP_ROWS_OF_GRIDS struct grid_rows rows = {.parts = 1U << GRID_LOOKS};

    if (get_ranges(s, spreadsheet, ":getByDataFilter?fields=" LOOK_FIELDS "&prettyPrint=false",
                   range, 1, &json, &rows, err) != 0)
        return -1;
    return grids_find(json_get(json, "sheets"), &rows, range, 1, GRID_LOOKS, out, err);
}

/* --- writing */

static int put_proof(struct sheets *s, const char *spreadsheet, const struct grid_range *ranges,
                     size_t n, struct buf *body, struct err *err)
{
    if (n == 0)
        return 0;
    buf_puts(body, ",\"includeSpreadsheetInResponse\":true,\"responseIncludeGridData\":true,"
                   "\"responseRanges\":[");
    for (size_t i = 0; i < n; i++) {
        const char *title = known_title(s, spreadsheet, ranges[i].sheet_id);
        CLEANUP_BUF struct buf a1 = BUF_INIT;

        if (title == NULL) {
            err_set(err, ERR_FORMAT, "sheets: the title of tab %" PRId64 " is not known yet",
                    ranges[i].sheet_id);
            return err_transient(err);
        }
        a1_range(&a1, title, &ranges[i]);
        if (i > 0)
            buf_putc(body, ',');
        buf_json(body, buf_text(&a1), a1.len);
    }
    buf_putc(body, ']');
    return 0;
}

/* A title was not known to Google: whoever plans again finds those of now. The error that made us
 * ask is the caller's. */
static void learn_titles(struct sheets *s, const char *spreadsheet)
{
    struct sheet_tabs tabs = {0};
    struct err err;

    if (sheets_tabs(s, spreadsheet, &tabs, &err) != 0)
        log_err(LOG_WARN, "sheets: tabs", &err);
    sheet_tabs_close(&tabs);
}

static int post_batch(struct sheets *s, const char *spreadsheet, struct request *request,
                      struct numbering *numbering, cJSON **json, struct err *err)
{
    if (sheets_run(s, request, spreadsheet,
                   ":batchUpdate?fields=updatedSpreadsheet." DATA_FIELDS "&prettyPrint=false", json,
                   err) == 0) {
        number_answered(s, numbering);
        return 0;
    }
    number_failed(s, numbering, err);
    if (err->code == ERR_GONE && err->detail == 400)
        learn_titles(s, spreadsheet);
    return -1;
}

int sheets_send(struct sheets *s, const char *spreadsheet, const struct batch *b,
                const struct grid_range *proof_ranges, size_t n_proof, struct grid **proof,
                struct err *err)
{
    CLEANUP_BUF struct buf body = BUF_INIT;
    CLEANUP_JSON cJSON *json = NULL;
    CLEANUP_ROWS_OF_GRIDS struct grid_rows rows = {.parts = 1U << GRID_VALUES};
    struct request request = {.kind = REQUEST_WRITE,
                              .method = "POST",
                              .body = &body,
                              .rows = &rows,
                              .is_fill = b->is_fill};
    struct numbering *numbering = NULL;
    const cJSON *sheets;

    *proof = NULL;
    if (b->requests.is_failed)
        return err_nomem(err, "sheets");
    if (number_begin(s, spreadsheet, &numbering, err) != 0)
        return -1;
    buf_puts(&body, "{\"requests\":[");
    number_put_first(s, numbering, &body);
    buf_append(&body, b->requests.ptr, b->requests.len);
    number_put_last(s, numbering, &body);
    buf_putc(&body, ']');
    if (put_proof(s, spreadsheet, proof_ranges, n_proof, &body, err) != 0)
        return -1;
    buf_putc(&body, '}');
    if (post_batch(s, spreadsheet, &request, numbering, &json, err) != 0)
        return -1;
    if (n_proof == 0)
        return 0;
    sheets = json_get(json_get(json, "updatedSpreadsheet"), "sheets");
    if (known_learn(s, spreadsheet, sheets, err) != 0 ||
        grids_find(sheets, &rows, proof_ranges, n_proof, GRID_VALUES, proof, err) != 0) {
        /* It is written, and not proven: read the tab before anything else. */
        err->code = ERR_LOST;
        return err_transient(err);
    }
    return 0;
}
