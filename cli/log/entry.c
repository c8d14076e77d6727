/* SPDX-License-Identifier: Apache-2.0 */
/* entry: one edit of the log as text and as JSON. */
#include <string.h>

#include "cli/json_rows.h"
#include "cli/log/log.h"
#include "cli/show.h"
#include "common/json.h"

static cJSON *parse(const struct db_rows *rows, size_t r, size_t at)
{
    struct value v = db_rows_at(rows, r, at);
    cJSON *json = NULL;
    struct err err;

    if (v.state == VALUE_TEXT)
        json_parse(v.ptr, v.len, &json, &err);
    return json;
}

static void put_name(struct buf *out, const char *name)
{
    buf_puts(out, "    ");
    show_text(out, name, strlen(name), SHOW_SHORT);
    buf_puts(out, ": ");
}

/* What was written: AFTER's members, those that BEFORE has with another value. */
static void each_written(const cJSON *before, const cJSON *after, log_visit *visit, void *ctx)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, after)
    {
        const cJSON *was = json_get(before, item->string);

        if (was == NULL || !cJSON_Compare(was, item, true))
            visit(ctx, item->string, LOG_WRITTEN, was, item);
    }
}

/* Nothing was written: what was typed. REFUSED: only in these cells, NULL: in all. */
static void each_typed(const cJSON *cells, const cJSON *refused, log_visit *visit, void *ctx)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, cells)
    {
        if (!cJSON_IsNull(item) && (refused == NULL || json_get(refused, item->string) != NULL))
            visit(ctx, item->string, LOG_TYPED, NULL, item);
    }
}

void log_each_change(const struct db_rows *rows, size_t r, log_visit *visit, void *ctx)
{
    CLEANUP_JSON cJSON *before = parse(rows, r, LOG_BEFORE);
    CLEANUP_JSON cJSON *after = parse(rows, r, LOG_AFTER);
    CLEANUP_JSON cJSON *cells = parse(rows, r, LOG_CELLS);
    CLEANUP_JSON cJSON *answer = parse(rows, r, LOG_ANSWER);
    bool is_waiting = strcmp(db_rows_text(rows, r, LOG_OUTCOME), "waiting") == 0;
    const cJSON *item;

    if (strcmp(db_rows_text(rows, r, LOG_OPERATION), "delete") == 0) {
        cJSON_ArrayForEach(item, before)
        {
            visit(ctx, item->string, LOG_DELETED, item, NULL);
        }
    } else if (after != NULL) {
        each_written(before, after, visit, ctx);
    } else if (strcmp(db_rows_text(rows, r, LOG_KIND), "upsert") == 0) {
        each_typed(cells, is_waiting ? NULL : json_get(answer, "notes"), visit, ctx);
    }
}

struct changes {
    struct buf *out;
    size_t max;
    bool is_insert;
};

static void put_change(void *ctx, const char *column, enum log_change change, const cJSON *before,
                       const cJSON *after)
{
    struct changes *c = ctx;

    put_name(c->out, column);
    if (change == LOG_TYPED)
        buf_puts(c->out, "typed ");
    if (change == LOG_WRITTEN && !c->is_insert) {
        show_item(c->out, before, c->max);
        buf_puts(c->out, " -> ");
    }
    show_item(c->out, change == LOG_DELETED ? before : after, c->max);
    buf_putc(c->out, '\n');
}

void log_put_changes(struct buf *out, const struct db_rows *rows, size_t r, size_t max)
{
    struct changes c = {
        .out = out,
        .max = max,
        .is_insert = db_rows_at(rows, r, LOG_BEFORE).state != VALUE_TEXT,
    };

    log_each_change(rows, r, put_change, &c);
}

static void put_line(struct buf *out, const struct db_rows *rows, size_t r, size_t at,
                     const char *before, const char *after)
{
    const char *text = db_rows_text(rows, r, at);

    if (text[0] == '\0')
        return;
    buf_puts(out, before);
    show_text(out, text, strlen(text), SHOW_LONG);
    buf_puts(out, after);
}

/* What was done: "update", "undo: insert"; where nothing was, what the edit is: "edit", "delete".
 */
static void put_done(struct buf *out, const struct db_rows *rows, size_t r)
{
    const char *kind = db_rows_text(rows, r, LOG_KIND);
    const char *operation = db_rows_text(rows, r, LOG_OPERATION);
    bool is_upsert = strcmp(kind, "upsert") == 0; /* the protocol's word, nobody else's */

    if (strcmp(operation, "none") == 0)
        buf_puts(out, is_upsert ? "edit" : kind);
    else if (is_upsert || strcmp(kind, operation) == 0)
        buf_puts(out, operation);
    else
        buf_printf(out, "%s: %s", kind, operation);
}

static void put_head(struct buf *out, const struct db_rows *rows, size_t r)
{
    buf_printf(out, "%s  ", db_rows_text(rows, r, LOG_EDITED));
    put_line(out, rows, r, LOG_EDITOR, "", "  ");
    put_line(out, rows, r, LOG_MAPPING, "", "");
    if (db_rows_at(rows, r, LOG_KEY).state == VALUE_TEXT) {
        buf_putc(out, ' ');
        show_key(out, db_rows_text(rows, r, LOG_KEY));
    }
    put_line(out, rows, r, LOG_ROW, " (row ", ")");
    buf_puts(out, "  ");
    put_done(out, rows, r);
    buf_printf(out, "  %s  %s\n", db_rows_text(rows, r, LOG_OUTCOME),
               db_rows_text(rows, r, LOG_EDIT));
}

void log_put_text(struct buf *out, const struct db_rows *rows, size_t r, bool is_full)
{
    put_head(out, rows, r);
    log_put_changes(out, rows, r, is_full ? SHOW_LONG : SHOW_SHORT);
    put_line(out, rows, r, LOG_POLICIES, "    rule: ", "\n");
    put_line(out, rows, r, LOG_CONFLICTS, "    conflicts: ", "\n");
    put_line(out, rows, r, LOG_MESSAGE, "    ", "\n");
    put_line(out, rows, r, LOG_SAME_AS, "    the same row as edit ", "\n");
    if (!is_full)
        return;
    put_line(out, rows, r, LOG_SOURCE, "    source: ", "\n");
    put_line(out, rows, r, LOG_COLUMNS, "    columns: ", "\n");
    put_line(out, rows, r, LOG_RECEIVED, "    received: ", " UTC\n");
    put_line(out, rows, r, LOG_CELLS, "    as sent: ", "\n");
    put_line(out, rows, r, LOG_BEFORE, "    before: ", "\n");
    put_line(out, rows, r, LOG_AFTER, "    after: ", "\n");
    put_line(out, rows, r, LOG_POSITION, "    position: ", "\n");
}

void log_put_json(struct buf *out, const struct db_rows *rows, size_t r)
{
    static const struct json_member members[] = {
        {"edit", LOG_EDIT, JSON_TEXT},
        {"mapping", LOG_MAPPING, JSON_TEXT},
        {"source", LOG_SOURCE, JSON_TEXT},
        {"kind", LOG_KIND, JSON_TEXT},
        {"operation", LOG_OPERATION, JSON_TEXT},
        {"key", LOG_KEY, JSON_RAW},
        {"row", LOG_ROW, JSON_NUMBER},
        {"columns", LOG_COLUMNS, JSON_RAW},
        {"editor", LOG_EDITOR, JSON_TEXT},
        {"edited_at", LOG_EDITED, JSON_TEXT},
        {"received_at", LOG_RECEIVED, JSON_TEXT},
        {"cells", LOG_CELLS, JSON_RAW},
        {"before", LOG_BEFORE, JSON_RAW},
        {"after", LOG_AFTER, JSON_RAW},
        {"outcome", LOG_OUTCOME, JSON_TEXT},
        {"message", LOG_MESSAGE, JSON_TEXT},
        {"position", LOG_POSITION, JSON_TEXT},
        {"same_as", LOG_SAME_AS, JSON_TEXT},
        {"policies", LOG_POLICIES, JSON_TEXT},
        {"conflicts", LOG_CONFLICTS, JSON_TEXT},
    };

    buf_putc(out, '{');
    json_put_members(out, members, sizeof(members) / sizeof(members[0]), rows, r);
    buf_puts(out, "}\n");
}
