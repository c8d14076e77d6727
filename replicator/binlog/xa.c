/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/xa.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/hash.h"
#include "replicator/binlog/cursor.h"

enum { XID_PART_MAX = 64 }; /* bytes of each half of an XID */

void xa_list_close(struct xa_list *list)
{
    free(list->entries);
    *list = (struct xa_list){0};
}

static int xa_list_add(struct xa_list *list, uint64_t hash, bool has_changes)
{
    if (list->entries == NULL)
        list->entries = calloc(XA_LIST_MAX, sizeof(*list->entries));
    if (list->entries == NULL)
        return -1;
    list->entries[list->next] = (struct xa_entry){.hash = hash, .has_changes = has_changes};
    list->next = (list->next + 1) % XA_LIST_MAX;
    if (list->n_entries < XA_LIST_MAX)
        list->n_entries++;
    return 0;
}

/* One phase (1 byte), format id, lengths of both halves (4 bytes each), both halves. The servers
 * write the XID into later statements as X'..',X'..',format. */
int xa_list_prepare(struct xa_list *list, const struct event *e, bool has_changes,
                    bool *is_one_phase, struct err *err)
{
    struct cursor c = cursor_init(e->body, e->body_len);
    uint32_t format, gtrid_len, bqual_len;
    const uint8_t *gtrid, *bqual;
    CLEANUP_BUF struct buf text = BUF_INIT;

    *is_one_phase = cursor_u8(&c) != 0;
    format = cursor_u32(&c);
    gtrid_len = cursor_u32(&c);
    bqual_len = cursor_u32(&c);
    gtrid = cursor_take(&c, gtrid_len);
    bqual = cursor_take(&c, bqual_len);
    if (c.is_short || gtrid_len > XID_PART_MAX || bqual_len > XID_PART_MAX)
        return err_set(err, ERR_FORMAT, "binlog: malformed XA_PREPARE event of %zu bytes",
                       e->body_len);
    if (*is_one_phase)
        return 0;
    buf_puts(&text, "X'");
    buf_hex(&text, gtrid, gtrid_len);
    buf_puts(&text, "',X'");
    buf_hex(&text, bqual, bqual_len);
    buf_printf(&text, "',%" PRIu32, format);
    if (text.is_failed || xa_list_add(list, hash64(text.ptr, text.len), has_changes) != 0)
        return err_nomem(err, "xa");
    return 0;
}

bool xa_list_take(struct xa_list *list, const char *sql, size_t len)
{
    const char *xid = memmem(sql, len, "X'", 2);
    uint64_t hash = xid == NULL ? 0 : hash64(xid, (size_t)(sql + len - xid));

    for (size_t i = 0; i < list->n_entries; i++) {
        if (list->entries[i].hash != hash || hash == 0)
            continue;
        list->entries[i].hash = 0;
        return list->entries[i].has_changes;
    }
    return true;
}
