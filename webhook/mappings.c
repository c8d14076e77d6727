/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/mappings.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/hash.h"
#include "webhook/state.h"

int mappings_find(const struct config *cfg, const struct db_rows *known, const char *spreadsheet,
                  int64_t sheet_id, const char *tab)
{
    for (size_t i = 0; i < cfg->n_mappings; i++) {
        const struct config_mapping *m = &cfg->mappings[i];
        int64_t id;

        if (strcmp(m->spreadsheet, spreadsheet) != 0)
            continue;
        id = state_sheet_id(known, m->name);
        if (id >= 0 && sheet_id >= 0 ? id == sheet_id : strcmp(m->tab, tab) == 0)
            return (int)i;
    }
    return -1;
}

int mappings_find_name(const struct config *cfg, const char *name)
{
    for (size_t i = 0; i < cfg->n_mappings; i++)
        if (strcmp(cfg->mappings[i].name, name) == 0)
            return (int)i;
    return -1;
}

static const char *type_name(enum column_type type)
{
    switch (type) {
    case COLUMN_INT:
    case COLUMN_DECIMAL:
    case COLUMN_FLOAT:
    case COLUMN_DOUBLE:
    case COLUMN_BIT:
    case COLUMN_YEAR:
        return "number";
    case COLUMN_DATE:
        return "date";
    case COLUMN_DATETIME:
    case COLUMN_TIMESTAMP:
        return "datetime";
    default:
        return "text";
    }
}

static void write_mapping(const struct schema_mapping *m, int64_t sheet_id, struct buf *out)
{
    const struct config_mapping *cfg = m->cfg;

    buf_puts(out, "{\"name\":");
    buf_json(out, cfg->name, strlen(cfg->name));
    if (sheet_id >= 0)
        buf_printf(out, ",\"sheet_id\":%" PRId64, sheet_id);
    else
        buf_puts(out, ",\"sheet_id\":null");
    buf_puts(out, ",\"tab\":");
    buf_json(out, cfg->tab, strlen(cfg->tab));
    buf_puts(out, ",\"columns\":[");
    for (size_t i = 0; i < m->n_columns; i++) {
        const struct schema_column *c = &m->columns[i];
        bool can_edit = c->can_edit && cfg->direction != CONFIG_TO_SHEET;

        buf_puts(out, i == 0 ? "{\"header\":" : ",{\"header\":");
        buf_json(out, c->header, strlen(c->header));
        buf_printf(out, ",\"key\":%s,\"edit\":%s,\"type\":\"%s\"}", c->is_key ? "true" : "false",
                   can_edit ? "true" : "false", type_name(schema_column_of(m, i)->type));
    }
    buf_puts(out, "]}");
}

/* 0: written or left out. */
static int write_one(const struct config *cfg, struct schema *schema, struct db *db, size_t i,
                     int64_t sheet_id, struct buf *out, struct err *err)
{
    struct schema_mapping *m = NULL;

    if (schema_get(schema, db, i, &m, err) != 0) {
        if (err->transient)
            return -1;
        log_debug("mappings: left out mapping=%s problem=\"%s\"", cfg->mappings[i].name, err->msg);
        *err = ERR_INIT;
        return 0;
    }
    if (out->ptr[out->len - 1] != '[')
        buf_putc(out, ',');
    write_mapping(m, sheet_id, out);
    schema_put(schema, m);
    return 0;
}

int mappings_write(const struct config *cfg, struct schema *schema, struct db *db,
                   const struct db_rows *known, const char *spreadsheet, struct buf *out,
                   char version[MAPPINGS_VERSION_SIZE], struct err *err)
{
    CLEANUP_BUF struct buf array = BUF_INIT;

    if (buf_reserve(&array, 256) == NULL)
        return err_nomem(err, "mappings");
    buf_putc(&array, '[');
    for (size_t i = 0; i < cfg->n_mappings; i++)
        if (strcmp(cfg->mappings[i].spreadsheet, spreadsheet) == 0 &&
            write_one(cfg, schema, db, i, state_sheet_id(known, cfg->mappings[i].name), &array,
                      err) != 0)
            return -1;
    buf_putc(&array, ']');
    if (array.is_failed)
        return err_nomem(err, "mappings");
    snprintf(version, MAPPINGS_VERSION_SIZE, "%016" PRIx64, hash64(array.ptr, array.len));
    buf_append(out, array.ptr, array.len);
    return out->is_failed ? err_nomem(err, "mappings") : 0;
}
