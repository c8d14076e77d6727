/* SPDX-License-Identifier: Apache-2.0 */
/* route_lists: what waits for a decision: conflicts and held deletes. */
#include <string.h>

#include "cli/conflicts/conflicts.h"
#include "cli/deletes.h"
#include "cli/page/page.h"
#include "cli/page/shown.h"
#include "cli/show.h"
#include "common/cleanup.h"
#include "common/json.h"
#include "common/mysql/members.h"

enum { CONFLICTS_MAX = 100 };

struct lists {
    const struct config *config;
    struct buf *out;
};

static void put_now(struct buf *out, struct now *now, const struct db_rows *rows, size_t r)
{
    CLEANUP_BUF struct buf value = BUF_INIT;
    const char *column = db_rows_text(rows, r, AT_COLUMN);
    enum now_state state = now_value(now, db_rows_text(rows, r, AT_MAPPING),
                                     db_rows_text(rows, r, AT_KEY), column, &value);

    buf_printf(out, ", \"row_in_mysql\": %s, ",
               state == NOW_UNKNOWN ? "null"
               : state == NOW_THERE ? "true"
                                    : "false");
    shown_put_value(out, "mysql_now", value.len > 0 ? value.ptr : NULL);
}

static void put_conflict(struct buf *out, struct now *now, const struct db_rows *rows, size_t r)
{
    static const struct json_member members[] = {
        {"id", AT_ID, JSON_NUMBER},
        {"mapping", AT_MAPPING, JSON_TEXT},
        {"column", AT_COLUMN, JSON_TEXT},
        {"kind", AT_KIND, JSON_TEXT},
        {"policy", AT_POLICY, JSON_TEXT},
        {"state", AT_STATE, JSON_TEXT},
        {"editor", AT_EDITOR, JSON_TEXT},
        {"edited_at", AT_EDITED, JSON_TEXT},
        {"changed_at", AT_CHANGED, JSON_TEXT},
        {"opened_at", AT_OPENED, JSON_TEXT},
    };
    const char *column = db_rows_text(rows, r, AT_COLUMN);

    buf_putc(out, '{');
    json_put_members(out, members, sizeof(members) / sizeof(members[0]), rows, r);
    buf_puts(out, ", ");
    shown_put_key(out, db_rows_text(rows, r, AT_KEY));
    buf_puts(out, ", ");
    json_put_text(out, "header",
                  column[0] == '\0' ? ""
                                    : now_header(now, db_rows_text(rows, r, AT_MAPPING), column));
    buf_puts(out, ", ");
    shown_put_value(out, "base", conflict_text(rows, r, AT_BASE));
    buf_puts(out, ", ");
    shown_put_value(out, "mysql", conflict_text(rows, r, AT_MYSQL));
    buf_puts(out, ", ");
    shown_put_value(out, "sheet", conflict_text(rows, r, AT_SHEET));
    put_now(out, now, rows, r);
    buf_putc(out, '}');
}

static int ask_conflicts(struct db *db, void *ctx, struct err *err)
{
    const struct lists *l = ctx;
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct config config = {0}; /* with the tabs that there are by now */
    struct now now = {0};

    if (conflicts_query(db, NULL, false, CONFLICTS_MAX, &rows, err) != 0 ||
        members_renew(db, l->config, &config, err) != 0 || now_open(&now, &config, db, err) != 0) {
        config_free(&config);
        return -1;
    }
    buf_clear(l->out);
    buf_puts(l->out, "{\"conflicts\": [");
    for (size_t r = 0; r < rows.n_rows; r++) {
        buf_puts(l->out, r == 0 ? "" : ",\n ");
        put_conflict(l->out, &now, &rows, r);
    }
    buf_printf(l->out, "], \"limit\": %d}\n", CONFLICTS_MAX);
    now_close(&now);
    config_free(&config);
    return 0;
}

void page_conflicts(void *ctx, const struct http_request *request, struct http_response *response)
{
    struct page *page = ctx;
    struct lists l = {page->config, &response->body};
    struct err err = ERR_INIT;

    if (store_run(page->store, ask_conflicts, &l, &err) != 0)
        page_fail(request, response, &err);
}

/* Append "keys": ["7", "8, x"]. */
static void put_keys(struct buf *out, const char *json)
{
    CLEANUP_JSON cJSON *keys = NULL;
    const cJSON *item;
    const char *separator = "";
    struct err err;

    json_parse(json, strlen(json), &keys, &err);
    buf_puts(out, ", \"keys\": [");
    cJSON_ArrayForEach(item, keys)
    {
        char *row_key = cJSON_PrintUnformatted(item);
        CLEANUP_BUF struct buf key = BUF_INIT;

        show_key(&key, row_key);
        cJSON_free(row_key);
        buf_puts(out, separator);
        buf_json(out, buf_text(&key), key.len);
        separator = ", ";
    }
    buf_putc(out, ']');
}

static void put_held(struct buf *out, const struct db_rows *rows, size_t r)
{
    static const struct json_member members[] = {{"mapping", DELETES_MAPPING, JSON_TEXT},
                                                 {"held_deletes", DELETES_HELD, JSON_NUMBER}};

    buf_putc(out, '{');
    json_put_members(out, members, sizeof(members) / sizeof(members[0]), rows, r);
    put_keys(out, db_rows_text(rows, r, DELETES_KEYS));
    buf_putc(out, '}');
}

static int ask_deletes(struct db *db, void *ctx, struct err *err)
{
    const struct lists *l = ctx;
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    if (deletes_query(db, l->config, &rows, err) != 0)
        return -1;
    buf_clear(l->out);
    buf_puts(l->out, "{\"deletes\": [");
    for (size_t r = 0; r < rows.n_rows; r++) {
        buf_puts(l->out, r == 0 ? "" : ", ");
        put_held(l->out, &rows, r);
    }
    buf_puts(l->out, "]}\n");
    return 0;
}

void page_deletes(void *ctx, const struct http_request *request, struct http_response *response)
{
    struct page *page = ctx;
    struct lists l = {page->config, &response->body};
    struct err err = ERR_INIT;

    if (store_run(page->store, ask_deletes, &l, &err) != 0)
        page_fail(request, response, &err);
}
