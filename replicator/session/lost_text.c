/* SPDX-License-Identifier: Apache-2.0 */
/* lost_text: what a batch is to change, as JSON and back. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "replicator/session/lost.h"
#include "replicator/session/shipment.h"
#include "replicator/sync/tab.h"

/* --- writing --- */

/* A new row is one of its own wherever it lands: it hits nobody. But before base knows it somebody
 * may type there, and a session after this one has to tell that from what the batch brought. */
static bool is_told(enum plan_action action, bool has_new)
{
    return action == PLAN_UPDATE || action == PLAN_DELETE || action == PLAN_CLEAR ||
           (has_new && action == PLAN_INSERT);
}

/* Cells that would not be known again (a notice for a value that is too long) are left out. */
static void put_cells(const struct plan *plan, const struct planned_row *row, struct buf *out)
{
    const char *before = "";

    buf_putc(out, '[');
    for (size_t c = row->first_cell; c < row->first_cell + row->n_cells; c++) {
        const struct plan_cell *cell = &plan->cells[c];
        uint64_t hash = hash_value(cell->v);

        if (!tab_cell_shows(plan->mapping, cell->mapped, &cell->cell, hash))
            continue;
        buf_printf(out, "%s[%zu,\"%016" PRIx64 "\",%s]", before, cell->mapped, hash,
                   cell->cell.type == CELL_BLANK ? "true" : "false");
        before = ",";
    }
    buf_putc(out, ']');
}

static void put_row(struct buf *out, struct hash128 key, int64_t changed_us)
{
    buf_puts(out, "[\"");
    buf_hex(out, key.bytes, sizeof(key.bytes));
    buf_printf(out, "\",%" PRId64 ",", changed_us);
}

static void begin_share(const struct mapping *m, struct buf *out)
{
    buf_puts(out, "{\"mapping\":");
    buf_json(out, m->cfg->name, strlen(m->cfg->name));
    buf_puts(out, ",\"columns\":");
    for (size_t i = 0; i < m->n_columns; i++) {
        const char *name = mapping_column_of(m, i)->name;

        buf_putc(out, i == 0 ? '[' : ',');
        buf_json(out, name, strlen(name));
    }
    buf_puts(out, "],\"rows\":[");
}

static void put_share(const struct plan *plan, bool has_new, struct buf *out, bool *any)
{
    const char *before = "";

    begin_share(plan->mapping, out);
    for (size_t i = 0; i < plan->n_rows; i++) {
        const struct planned_row *row = &plan->rows[i];

        if (!is_told(row->action, has_new))
            continue;
        buf_puts(out, before);
        put_row(out, row->pending->id.key, row->pending->changed_us);
        if (row->action == PLAN_UPDATE || row->action == PLAN_INSERT)
            put_cells(plan, row, out);
        else
            buf_puts(out, "null");
        buf_puts(out, row->action == PLAN_INSERT ? ",true]" : "]");
        before = ",";
        *any = true;
    }
    buf_puts(out, "]}");
}

int lost_print(const struct shipment *sh, struct buf *out, bool *any, struct err *err)
{
    *any = false;
    for (size_t i = 0; i < sh->n_shares; i++) {
        buf_putc(out, i == 0 ? '[' : ',');
        put_share(&sh->shares[i].plan, sh->shares[i].tells_new, out, any);
    }
    buf_putc(out, ']');
    return out->is_failed ? err_nomem(err, "flush") : 0;
}

int lost_print_keys(const struct mapping *m, const struct hash128 *keys, size_t n, struct buf *out,
                    struct err *err)
{
    buf_putc(out, '[');
    begin_share(m, out);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_putc(out, ',');
        put_row(out, keys[i], 0);
        buf_puts(out, "null]");
    }
    buf_puts(out, "]}]");
    return out->is_failed ? err_nomem(err, "flush") : 0;
}

/* --- reading --- */

static bool read_key(const cJSON *json, struct hash128 *key)
{
    const char *hex = cJSON_GetStringValue(json);

    if (hex == NULL || strlen(hex) != 2 * sizeof(key->bytes) ||
        strspn(hex, "0123456789abcdef") != 2 * sizeof(key->bytes))
        return false;
    for (size_t i = 0; i < sizeof(key->bytes); i++) {
        const char pair[] = {hex[2 * i], hex[2 * i + 1], '\0'};

        key->bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return true;
}

/* The mapped column that has the name in place AT of NAMES; n_columns: none has. */
static size_t find_column(const struct mapping *m, const cJSON *names, double at)
{
    const char *name =
        at >= 0 && at < 100000 ? cJSON_GetStringValue(cJSON_GetArrayItem(names, (int)at)) : NULL;
    size_t i = 0;

    while (i < m->n_columns && (name == NULL || strcmp(mapping_column_of(m, i)->name, name) != 0))
        i++;
    return i;
}

static bool read_cells(struct lost_share *share, struct lost_row *row, const cJSON *names,
                       const cJSON *list)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, list)
    {
        struct lost_cell *cell = &share->cells[share->n_cells];
        const char *hash = cJSON_GetStringValue(cJSON_GetArrayItem(item, 1));
        const cJSON *at = cJSON_GetArrayItem(item, 0);

        if (!cJSON_IsNumber(at) || hash == NULL)
            return false;
        cell->mapped = find_column(share->m, names, at->valuedouble);
        cell->hash = strtoull(hash, NULL, 16);
        cell->is_blank = cJSON_IsTrue(cJSON_GetArrayItem(item, 2));
        if (cell->mapped == share->m->n_columns)
            continue;
        share->n_cells++;
        row->n_cells++;
    }
    return true;
}

static int unreadable(const struct lost_share *share, struct err *err)
{
    return err_set(err, ERR_FORMAT, "sent_batch: a row of mapping %s cannot be read",
                   share->m->cfg->name);
}

static int read_row(struct lost_share *share, const cJSON *names, const cJSON *json,
                    struct err *err)
{
    struct lost_row *row = &share->rows[share->n_rows];
    const cJSON *changed = cJSON_GetArrayItem(json, 1), *cells = cJSON_GetArrayItem(json, 2);
    struct lost_row *other;

    *row = (struct lost_row){.first_cell = share->n_cells,
                             .is_gone = cJSON_IsNull(cells),
                             .is_new = cJSON_IsTrue(cJSON_GetArrayItem(json, 3))};
    if (!read_key(cJSON_GetArrayItem(json, 0), &row->key) || !cJSON_IsNumber(changed) ||
        (!row->is_gone && !cJSON_IsArray(cells)) || !read_cells(share, row, names, cells))
        return unreadable(share, err);
    row->changed_us = (int64_t)changed->valuedouble;
    HASH_FIND(hh, share->by_key, &row->key, sizeof(row->key), other);
    if (other != NULL)
        return unreadable(share, err);
    HASH_ADD(hh, share->by_key, key, sizeof(row->key), row);
    if (!hash_added(row))
        return err_nomem(err, "flush");
    share->n_rows++;
    return 0;
}

int lost_share_read(struct lost_share *share, struct mapping *m, uint32_t at, const cJSON *json,
                    struct err *err)
{
    const cJSON *rows = json_get(json, "rows"), *item;
    size_t n_rows = 0, n_cells = 0;

    *share = (struct lost_share){.at = at, .m = m};
    cJSON_ArrayForEach(item, rows)
    {
        n_rows++;
        n_cells += (size_t)cJSON_GetArraySize(cJSON_GetArrayItem(item, 2));
    }
    share->rows = calloc(n_rows + 1, sizeof(*share->rows));
    share->cells = calloc(n_cells + 1, sizeof(*share->cells));
    if (share->rows == NULL || share->cells == NULL)
        return err_nomem(err, "flush");
    cJSON_ArrayForEach(item, rows)
    {
        if (read_row(share, json_get(json, "columns"), item, err) != 0)
            return -1;
    }
    return 0;
}

void lost_share_close(struct lost_share *share)
{
    HASH_CLEAR(hh, share->by_key);
    free(share->rows);
    free(share->cells);
    arena_close(&share->arena);
    *share = (struct lost_share){0};
}
