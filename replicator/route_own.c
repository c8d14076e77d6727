/* SPDX-License-Identifier: Apache-2.0 */
/* route_own: rows of our own tables: edits that the webhook completed, signals, marks. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/metrics.h"
#include "replicator/route_private.h"

enum { CELLS_BYTES_MAX = 65536 };

static const char *const own_names[OWN_TABLES] = {"edit_log", "signals", "watermark"};

int route_load_own(struct route *r, struct err *err)
{
    struct db *db = NULL;
    int rc = db_open(&r->cfg->mysql, &db, err);

    for (int i = 0; rc == 0 && i < OWN_TABLES; i++)
        rc = table_load(db, r->cfg->mysql.state_database, own_names[i], &r->own[i], err);
    db_close(db);
    if (rc != 0 && err->code == ERR_GONE)
        err_hint(err, "Run `tabrelay init-db` first.");
    return rc;
}

const struct table *route_find_own(const struct route *r, const char *name)
{
    for (int i = 0; i < OWN_TABLES; i++)
        if (strcmp(name, own_names[i]) == 0)
            return r->own[i];
    return NULL;
}

static struct value own_value(const struct change *change, const char *column)
{
    int at = table_find_column(change->table, column);

    return at < 0 ? (struct value){.state = VALUE_ABSENT} : change_newest(change, (size_t)at);
}

static char *own_text(const struct change *change, const char *column)
{
    struct value v = own_value(change, column);

    return v.state == VALUE_TEXT ? strndup(v.ptr, v.len) : strdup("");
}

static long long own_number(const struct change *change, const char *column)
{
    struct value v = own_value(change, column);
    char text[24] = "";

    if (v.state == VALUE_TEXT && v.len < sizeof(text))
        memcpy(text, v.ptr, v.len);
    return strtoll(text, NULL, 10);
}

/* "2024-02-29 10:11:12.345" (UTC) as milliseconds since 1970. */
static int64_t own_time_ms(const struct change *change, const char *column)
{
    CLEANUP_FREE char *text = own_text(change, column);
    struct tm tm = {0};
    const char *rest = text == NULL ? NULL : strptime(text, "%Y-%m-%d %H:%M:%S", &tm);
    int64_t ms;

    if (rest == NULL)
        return 0;
    ms = (int64_t)timegm(&tm) * 1000;
    return *rest == '.' ? ms + (int64_t)(strtod(rest, NULL) * 1000 + 0.5) : ms;
}

static int find_named(const struct route *r, const char *name)
{
    for (size_t i = 0; i < r->n_mappings; i++)
        if (strcmp(r->mappings[i]->cfg->name, name) == 0)
            return (int)i;
    return -1;
}

/* What its notes are, and which row they are for when it has no key; what is to give way. */
static void take_notes(const struct route *r, uint32_t at, const struct change *change,
                       struct edit_note *note)
{
    CLEANUP_FREE char *source = own_text(change, "source");
    CLEANUP_FREE char *message = own_text(change, "message");
    CLEANUP_FREE char *answer = own_text(change, "answer");
    const struct edit_texts texts = {source, note->outcome, note->columns, message, answer};

    if (source == NULL || message == NULL || answer == NULL || note->outcome == NULL ||
        note->columns == NULL || r->mappings[at]->table == NULL)
        return;
    note->notes = route_notes(r->mappings[at], &texts);
    if ((note->has_key ? strcmp(note->outcome, "rejected") == 0 : note->notes != NULL) &&
        own_value(change, "cells").len <= CELLS_BYTES_MAX)
        note->cells = own_text(change, "cells");
}

static int take_edit(struct route *r, const struct change *change, struct err *err)
{
    CLEANUP_FREE char *mapping = own_text(change, "mapping");
    CLEANUP_FREE char *source = own_text(change, "source");
    struct item item = {.type = ITEM_EDIT};
    struct edit_note *note;
    struct value key = own_value(change, "key_hash");
    int at = mapping == NULL ? -1 : find_named(r, mapping);

    if (at < 0)
        return 0;
    note = calloc(1, sizeof(*note));
    if (note == NULL)
        return err_nomem(err, "route");
    item.mapping = (uint32_t)at;
    item.edit = note;
    note->number = own_number(change, "id");
    note->id = own_text(change, "edit_id");
    note->kind = own_text(change, "kind");
    note->outcome = own_text(change, "outcome");
    note->operation = own_text(change, "operation");
    note->row_key = own_text(change, "row_key");
    note->columns = own_text(change, "edited_columns");
    note->is_found = source != NULL && strcmp(source, "found") == 0;
    note->sheet_row = own_number(change, "sheet_row");
    note->edited_ms = own_time_ms(change, "edited_at");
    note->received_ms = own_time_ms(change, "received_at");
    note->has_key = key.state == VALUE_TEXT && key.len == sizeof(note->key.bytes);
    if (note->has_key)
        memcpy(note->key.bytes, key.ptr, sizeof(note->key.bytes));
    take_notes(r, item.mapping, change, note);
    return route_push(r, item, err);
}

static int take_signal(struct route *r, const struct change *change, struct err *err)
{
    CLEANUP_FREE char *mapping = own_text(change, "mapping");
    int at = mapping == NULL ? -1 : find_named(r, mapping);
    struct item item = {.type = ITEM_SIGNAL};

    if (at < 0)
        return 0;
    item.mapping = (uint32_t)at;
    item.serial = (uint64_t)own_number(change, "id");
    item.text = own_text(change, "kind");
    item.reason = own_text(change, "reason");
    item.row_keys = own_text(change, "row_keys");
    return route_push(r, item, err);
}

static int take_mark(struct route *r, const struct change *change, struct err *err)
{
    CLEANUP_FREE char *instance = own_text(change, "instance");
    struct item item = {.type = ITEM_MARK};

    if (instance == NULL || strcmp(instance, r->cfg->instance) != 0)
        return 0;
    item.serial = (uint64_t)own_number(change, "serial");
    if (item.serial >= r->loading_mark)
        r->is_before_loading = false;
    if (item.serial >= r->definitions_mark)
        r->are_definitions_good = true;
    if (stream_clock_read(r->clock, item.serial, clock_wall_us()))
        metrics_add(METRIC_HEARTBEATS, 1);
    return route_push(r, item, err);
}

int route_take_own(struct route *r, const struct change *change, struct err *err)
{
    if (change->type == CHANGE_DELETE)
        return 0;
    if (change->table == r->own[OWN_EDIT_LOG])
        return take_edit(r, change, err);
    if (change->table == r->own[OWN_SIGNALS])
        return take_signal(r, change, err);
    return take_mark(r, change, err);
}
