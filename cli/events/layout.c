/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/events/layout.h"

#include <stdlib.h>
#include <string.h>

#include "cli/events/json_bytes.h"
#include "common/cleanup.h"

static enum layout_form form_of(enum column_type type)
{
    switch (type) {
    case COLUMN_INT:
    case COLUMN_BIT:
        return LAYOUT_NUMBER;
    case COLUMN_FLOAT:
    case COLUMN_DOUBLE:
        return LAYOUT_FLOAT;
    case COLUMN_YEAR:
        return LAYOUT_YEAR;
    case COLUMN_DECIMAL:
    case COLUMN_DATE:
    case COLUMN_TIME:
    case COLUMN_DATETIME:
    case COLUMN_TIMESTAMP:
        return LAYOUT_PLAIN;
    case COLUMN_UUID:
    case COLUMN_INET4:
    case COLUMN_INET6:
    case COLUMN_TEXT:
    case COLUMN_ENUM:
    case COLUMN_SET:
    case COLUMN_JSON:
        return LAYOUT_TEXT;
    case COLUMN_BINARY:
    case COLUMN_GEOMETRY:
    case COLUMN_VECTOR:
    case COLUMN_OTHER:
        return LAYOUT_BYTES;
    }
    return LAYOUT_BYTES;
}

static void render_label(struct layout *l, struct layout_column *c, const char *name)
{
    size_t before = l->labels.len;

    buf_putc(&l->labels, ',');
    buf_json(&l->labels, name, strlen(name));
    buf_puts(&l->labels, c->is_quoted ? ":\"" : ":");
    c->label_len = l->labels.len - before;
}

static void render_labels(struct layout *l, const struct table *t)
{
    static const char slack[JSON_BYTES_SLACK];
    const char *label;

    for (size_t i = 0; i < t->n_columns; i++) {
        struct layout_column *c = &l->columns[i];

        c->form = form_of(t->columns[i].type);
        c->is_quoted = c->form == LAYOUT_PLAIN || c->form == LAYOUT_TEXT;
        render_label(l, c, t->columns[i].name);
    }
    buf_append(&l->labels, slack, sizeof(slack));
    label = l->labels.ptr;
    for (size_t i = 0; i < t->n_columns; label += l->columns[i++].label_len)
        l->columns[i].label = label;
}

static void render_middle(struct buf *out, const struct table *t, const char *type)
{
    buf_puts(out, ",\"schema\":");
    buf_json(out, t->schema, strlen(t->schema));
    buf_puts(out, ",\"table\":");
    buf_json(out, t->name, strlen(t->name));
    buf_printf(out, ",\"type\":\"%s\",\"key\":", type);
}

static int fill(struct layout *l, const struct table *t)
{
    static const char *const types[] = {
        [CHANGE_INSERT] = "insert", [CHANGE_UPDATE] = "update", [CHANGE_DELETE] = "delete"};

    l->columns = calloc(t->n_columns + 1, sizeof(*l->columns));
    l->key = calloc(t->n_key + 1, sizeof(*l->key));
    if (l->columns == NULL || l->key == NULL)
        return -1;
    l->n_columns = t->n_columns;
    l->n_key = t->n_key;
    for (size_t i = 0; i < t->n_key; i++)
        l->key[i] = t->key[i];
    render_labels(l, t);
    if (l->labels.is_failed)
        return -1;
    for (size_t i = 0; i < LAYOUT_TYPES; i++) {
        render_middle(&l->middle[i], t, types[i]);
        if (l->middle[i].is_failed)
            return -1;
    }
    return 0;
}

int layout_new(const struct table *table, struct layout **out, struct err *err)
{
    struct layout *l = calloc(1, sizeof(*l));

    if (l == NULL || fill(l, table) != 0) {
        layout_free(l);
        return err_nomem(err, "events");
    }
    *out = l;
    return 0;
}

void layout_free(struct layout *l)
{
    if (l == NULL)
        return;
    free(l->columns);
    free(l->key);
    buf_close(&l->labels);
    for (size_t i = 0; i < LAYOUT_TYPES; i++)
        buf_close(&l->middle[i]);
    free(l);
}
