/* SPDX-License-Identifier: Apache-2.0 */
/* now: what MySQL has in a row at this moment. */
#include <stdlib.h>
#include <string.h>

#include "cli/conflicts/conflicts.h"
#include "cli/show.h"
#include "common/cleanup.h"
#include "common/rowkey.h"
#include "replicator/sync/fetch.h"

enum { KEY_MAX = 16 };

int now_open(struct now *now, const struct config *config, struct db *db, struct err *err)
{
    *now = (struct now){.config = config, .db = db};
    now->mappings = calloc(config->n_mappings + 1, sizeof(*now->mappings));
    now->is_broken = calloc(config->n_mappings + 1, sizeof(*now->is_broken));
    if (now->mappings != NULL && now->is_broken != NULL)
        return 0;
    now_close(now);
    return err_nomem(err, "conflicts");
}

void now_close(struct now *now)
{
    for (size_t i = 0; now->mappings != NULL && i < now->config->n_mappings; i++)
        if (now->mappings[i].table != NULL)
            mapping_close(&now->mappings[i]);
    free(now->mappings);
    free(now->is_broken);
    *now = (struct now){0};
}

const struct mapping *now_mapping(struct now *now, const char *name)
{
    const struct config_mapping *cfg = config_find_mapping(now->config, name);
    size_t i = cfg == NULL ? 0 : (size_t)(cfg - now->config->mappings);
    struct err err;

    if (cfg == NULL || now->is_broken[i])
        return NULL;
    if (now->mappings[i].table == NULL)
        now->is_broken[i] = mapping_open(now->db, cfg, NULL, &now->mappings[i], &err) != 0;
    return now->is_broken[i] ? NULL : &now->mappings[i];
}

static int find_column(const struct mapping *m, const char *column)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (strcmp(mapping_column_of(m, i)->name, column) == 0)
            return (int)i;
    return -1;
}

enum now_state now_value(struct now *now, const char *mapping, const char *row_key,
                         const char *column, struct buf *json)
{
    const struct mapping *m = now_mapping(now, mapping);
    CLEANUP_BUF struct buf bytes = BUF_INIT;
    struct value key[KEY_MAX];
    struct fetched rows = {0};
    enum now_state state = NOW_UNKNOWN;
    struct err err;
    int at = m == NULL || column[0] == '\0' ? -1 : find_column(m, column);

    if (m == NULL || (column[0] != '\0' && at < 0) ||
        rowkey_read(row_key, strlen(row_key), &bytes, key, m->n_key, &err) != 0 ||
        fetch_keys(now->db, m, key, 1, false, &rows, &err) != 0)
        return NOW_UNKNOWN;
    state = rows.n == 0 ? NOW_GONE : NOW_THERE;
    if (rows.n > 0 && at >= 0)
        show_put_json(json, rows.images[0]->values[at]);
    fetched_close(&rows);
    return state;
}

const char *now_header(struct now *now, const char *mapping, const char *column)
{
    const struct mapping *m = now_mapping(now, mapping);
    int at = m == NULL ? -1 : find_column(m, column);

    if (column[0] == '\0')
        return "the whole row";
    return at < 0 ? column : m->columns[at].header;
}
