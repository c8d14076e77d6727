/* SPDX-License-Identifier: Apache-2.0 */
#include "common/mysql/definition.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/json.h"

void definition_close(struct definition *d)
{
    for (size_t i = 0; i < d->n_columns; i++) {
        free(d->columns[i].name);
        free(d->columns[i].type);
        free(d->columns[i].header);
    }
    free(d->columns);
    free(d->rows);
    *d = (struct definition){0};
}

static void print_member(struct buf *out, const char *name, const char *value)
{
    if (value == NULL)
        return;
    buf_printf(out, "%s\"%s\":", name[0] == 'n' ? "{" : ",", name);
    buf_json(out, value, strlen(value));
}

void definition_print(const struct table *t, const struct definition_use *uses, const char *rows,
                      struct buf *out)
{
    if (rows != NULL) {
        buf_puts(out, "{\"rows\":");
        buf_json(out, rows, strlen(rows));
        buf_puts(out, ",\"columns\":");
    }
    buf_putc(out, '[');
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct column *c = &t->columns[i];

        if (i > 0)
            buf_putc(out, ',');
        print_member(out, "name", c->name);
        print_member(out, "type", c->sql_type);
        print_member(out, "collation", c->collation);
        print_member(out, "header", uses[i].header);
        if (uses[i].key > 0)
            buf_printf(out, ",\"key\":%zu", uses[i].key);
        buf_putc(out, '}');
    }
    buf_puts(out, rows != NULL ? "]}" : "]");
}

/* A member that is text, copied; NULL when it is none or memory is out. */
static char *copy_member(const cJSON *object, const char *name)
{
    const char *text = json_text(object, name, NULL);

    return text == NULL ? NULL : strdup(text);
}

static int parse_column(const cJSON *item, struct definition_column *c, struct err *err)
{
    c->name = copy_member(item, "name");
    c->type = copy_member(item, "type");
    c->header = copy_member(item, "header");
    c->key = (size_t)json_int(item, "key", 0);
    if (c->name == NULL || c->type == NULL)
        return err_set(err, ERR_FORMAT, "a remembered column lacks its name or type");
    return 0;
}

int definition_parse(const char *text, struct definition *out, struct err *err)
{
    CLEANUP_JSON cJSON *json = NULL;
    const cJSON *columns, *item;

    *out = (struct definition){0};
    if (json_parse(text, strlen(text), &json, err) != 0)
        return -1;
    columns = cJSON_IsObject(json) ? json_get(json, "columns") : json;
    if (!cJSON_IsArray(columns) || cJSON_GetArraySize(columns) == 0)
        return err_set(err, ERR_FORMAT, "a remembered definition is no list of columns");
    out->rows = copy_member(json, "rows");
    out->columns = calloc((size_t)cJSON_GetArraySize(columns), sizeof(*out->columns));
    if (out->columns == NULL)
        return err_nomem(err, "definition");
    cJSON_ArrayForEach(item, columns)
    {
        if (parse_column(item, &out->columns[out->n_columns++], err) != 0)
            return -1;
    }
    return 0;
}

const struct definition_column *definition_find(const struct definition *d, const char *name)
{
    for (size_t i = 0; i < d->n_columns; i++)
        if (strcasecmp(d->columns[i].name, name) == 0)
            return &d->columns[i];
    return NULL;
}

const struct definition_column *definition_before(const struct definition *d, const struct table *t,
                                                  size_t at)
{
    const struct column *now = &t->columns[at];
    const struct definition_column *same = definition_find(d, now->name);

    if (same != NULL || at >= d->n_columns)
        return same;
    same = &d->columns[at];
    if (table_find_column(t, same->name) >= 0 || strcmp(same->type, now->sql_type) != 0)
        return NULL;
    return same;
}

const struct column *definition_now(const struct definition *d, const struct table *t,
                                    const char *name)
{
    const struct definition_column *gone = definition_find(d, name);
    size_t at = gone == NULL ? t->n_columns : (size_t)(gone - d->columns);

    return at < t->n_columns && definition_before(d, t, at) == gone ? &t->columns[at] : NULL;
}

bool definition_is_retyped(const struct definition_column *before, const struct column *now)
{
    struct column was = {0};
    struct err err;
    bool is_same = column_parse_type(&was, before->type, &err) == 0 && was.type == now->type &&
                   was.scale == now->scale && was.fsp == now->fsp && was.is_bool == now->is_bool;

    for (size_t i = 0; i < was.n_labels; i++)
        free(was.labels[i]);
    free(was.labels);
    return !is_same;
}
