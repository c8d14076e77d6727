/* SPDX-License-Identifier: Apache-2.0 */
/* repair: rows that somebody has found to differ (`tabrelay verify`) are written again, whatever
 * base says. */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/json.h"
#include "common/log.h"
#include "common/rowkey.h"
#include "replicator/session/session.h"

enum { KEY_MAX = 16 };

static int repair_row(struct session *s, uint32_t mapping, const cJSON *row_key, struct err *err)
{
    const struct mapping *m = &s->follows[mapping].m;
    CLEANUP_BUF struct buf bytes = BUF_INIT;
    CLEANUP_FREE char *text = cJSON_PrintUnformatted(row_key);
    struct value key[KEY_MAX];

    if (text == NULL)
        return err_nomem(err, "repair");
    if (rowkey_read(text, strlen(text), &bytes, key, m->n_key, err) != 0) {
        if (err->code != ERR_FORMAT)
            return -1;
        log_err(LOG_WARN, "repair", err);
        return 0;
    }
    return session_refresh(s, mapping, hash_key(key, m->n_key), text, "*", err);
}

int repair_rows(struct session *s, uint32_t mapping, const char *row_keys, struct err *err)
{
    CLEANUP_JSON cJSON *keys = NULL;
    const cJSON *item;

    if (!s->follows[mapping].m.is_ready)
        return 0;
    if (json_parse(row_keys, strlen(row_keys), &keys, err) != 0) {
        log_err(LOG_WARN, "repair", err);
        return 0;
    }
    s->follows[mapping].m.is_index_stale = true;
    cJSON_ArrayForEach(item, keys)
    {
        if (repair_row(s, mapping, item, err) != 0)
            return -1;
    }
    return 0;
}
