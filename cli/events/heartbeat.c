/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/events/heartbeat.h"

#include "replicator/binlog/cursor.h"

enum { FIELD_END = 0, FIELD_FILE = 1, FIELD_OFFSET = 2 };

static bool read_fields(const struct event *e, struct heartbeat *out)
{
    struct cursor c = cursor_init(e->body, e->body_len);

    for (;;) {
        uint64_t type = cursor_left(&c) == 0 ? FIELD_END : cursor_lenenc(&c);
        uint64_t len = type == FIELD_END ? 0 : cursor_lenenc(&c);
        struct cursor field = cursor_sub(&c, len);

        if (type == FIELD_END || c.is_short)
            return !c.is_short && out->file != NULL;
        if (type == FIELD_FILE) {
            out->file = (const char *)field.at;
            out->file_len = (size_t)len;
        } else if (type == FIELD_OFFSET) {
            out->offset = cursor_lenenc(&field);
        }
    }
}

bool heartbeat_read(const struct event *e, struct heartbeat *out)
{
    *out = (struct heartbeat){0};
    if (e->type == EVENT_HEARTBEAT_V2)
        return read_fields(e, out);
    if (e->type != EVENT_HEARTBEAT)
        return false;
    out->file = (const char *)e->body;
    out->file_len = e->body_len;
    out->offset = e->log_pos;
    return true;
}
