/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/events/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replicator/binlog/event.h"
#include "replicator/binlog/field.h"

enum { MAP_HEAD_BYTES = 8 /* table id and flags: they say nothing of the columns */ };

void names_close(struct names *n)
{
    names_release(n);
    free(n->retired);
    row_layout_close(&n->layout);
    table_map_close(&n->map);
    db_close(n->db);
    *n = NAMES_INIT;
}

void names_release(struct names *n)
{
    while (n->n_retired > 0)
        table_free(n->retired[--n->n_retired]);
}

static int retire(struct names *n, struct table *table, struct err *err)
{
    struct table **grown;

    if (table == NULL)
        return 0;
    grown = reallocarray(n->retired, n->n_retired + 1, sizeof(struct table *));
    if (grown == NULL)
        return err_nomem(err, "events");
    n->retired = grown;
    n->retired[n->n_retired++] = table;
    return 0;
}

static bool has_name(const struct map_column *col, const struct column *column)
{
    return col->name.state != VALUE_TEXT ||
           (col->name.len == strlen(column->name) &&
            memcmp(col->name.ptr, column->name, col->name.len) == 0);
}

static bool has_sign(const struct map_column *col, const struct column *column)
{
    return column->type != COLUMN_INT || !col->has_sign || col->is_unsigned == column->is_unsigned;
}

static bool fits(const struct table_map *map, const struct table *table)
{
    if (table == NULL || table->n_columns != map->n_columns)
        return false;
    for (size_t i = 0; i < map->n_columns; i++) {
        const struct map_column *col = &map->columns[i];
        const struct column *column = &table->columns[i];

        if (!field_fits(col, column) || !has_name(col, column) || !has_sign(col, column))
            return false;
    }
    return true;
}

/* Nothing is loaded when there is no such table (any more), or we may not see it. */
static int load(struct names *n, struct roster_table *t, struct err *err)
{
    struct table *table = NULL;

    if (db_is_lost(n->db) && db_reconnect(n->db, err) != 0)
        return -1;
    if (table_load(n->db, t->schema, t->name, &table, err) != 0 && err->code != ERR_GONE)
        return -1;
    if (retire(n, t->known, err) != 0) {
        table_free(table);
        return -1;
    }
    t->known = table;
    t->is_stale = false;
    return 0;
}

static void warn(struct names *n, struct roster_table *t)
{
    if (n->db == NULL && !n->is_hinted) {
        fputs("tabrelay: the log does not name columns (binlog_row_metadata is not FULL): they are "
              "@1, @2, ...\n",
              stderr);
        n->is_hinted = true;
    }
    if (n->db == NULL || t->is_fitting || t->is_warned)
        return;
    fprintf(stderr,
            t->known == NULL
                ? "tabrelay: %s.%s is not in information_schema: its columns are @1, @2, ...\n"
                : "tabrelay: %s.%s has other columns now than in the log: they are @1, @2, ...\n",
            t->schema, t->name);
    t->is_warned = true;
}

static int look(struct names *n, struct roster_table *t, struct err *err)
{
    bool was_stale = t->is_stale;

    if (n->db != NULL && t->is_stale && load(n, t, err) != 0)
        return -1;
    t->is_fitting = fits(&n->map, t->known);
    /* The log may be newer than what was loaded. */
    if (n->db != NULL && !t->is_fitting && !was_stale) {
        if (load(n, t, err) != 0)
            return -1;
        t->is_fitting = fits(&n->map, t->known);
    }
    if (!n->map.has_names)
        warn(n, t);
    return 0;
}

int names_see(struct names *n, struct roster_table *t, const struct arrival *arrival,
              struct err *err)
{
    const struct event *e = arrival->event;
    size_t head = e->body_len < MAP_HEAD_BYTES ? e->body_len : MAP_HEAD_BYTES;
    const uint8_t *body = e->body + head;
    size_t len = e->body_len - head;

    if (len > 0 && (!t->is_stale || n->db == NULL) && t->map.len == len &&
        memcmp(t->map.ptr, body, len) == 0)
        return 0;
    buf_clear(&t->map);
    if (table_map_read(arrival->format, e, &n->map, err) != 0 || look(n, t, err) != 0)
        return -1;
    buf_append(&t->map, body, len);
    return t->map.is_failed ? err_nomem(err, "events") : 0;
}

void names_doubt(struct roster *r, const char *schema, const char *table)
{
    for (size_t i = 0; i < r->size; i++) {
        struct roster_table *t = r->slots[i];

        if (t != NULL && (schema[0] == '\0' || strcmp(t->schema, schema) == 0) &&
            (table[0] == '\0' || strcmp(t->name, table) == 0))
            t->is_stale = true;
    }
}
