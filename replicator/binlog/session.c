/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/hash.h"

enum { NET_TIMEOUT_S = 24 * 60 * 60, FIRST_OFFSET = 4 };

void session_uuid(const char *instance, char out[SESSION_UUID_TEXT + 1])
{
    struct value parts[2] = {value_text("tabrelay replica", 16),
                             value_text(instance, strlen(instance))};
    struct hash128 h = hash_key(parts, 2);
    CLEANUP_BUF struct buf text = BUF_INIT;

    /* RFC 9562: version 8 (made of our own bits), variant 10 */
    h.bytes[6] = (uint8_t)((h.bytes[6] & 0x0f) | 0x80);
    h.bytes[8] = (uint8_t)((h.bytes[8] & 0x3f) | 0x80);
    gtid_uuid_print(h.bytes, &text);
    snprintf(out, SESSION_UUID_TEXT + 1, "%s", buf_text(&text));
}

/* Both spellings of each: user variables, so that a server ignores what it does not look for. */
static int set_common(struct stream *s, const struct session_options *o, struct err *err)
{
    char sql[512];

    snprintf(sql, sizeof(sql),
             "SET @master_binlog_checksum = 'CRC32', @source_binlog_checksum = 'CRC32', "
             "@master_heartbeat_period = %" PRIu64 ", @source_heartbeat_period = %" PRIu64 ", "
             "@slave_uuid = '%s', @replica_uuid = '%s'",
             (uint64_t)o->heartbeat_ms * 1000000, (uint64_t)o->heartbeat_ms * 1000000, o->uuid,
             o->uuid);
    if (stream_query(s, sql, NULL, err) != 0)
        return -1;
    /* While we wait for Google the server must wait for us. */
    snprintf(sql, sizeof(sql), "SET SESSION net_write_timeout = %d, net_read_timeout = %d",
             NET_TIMEOUT_S, NET_TIMEOUT_S);
    return stream_query(s, sql, NULL, err);
}

/* Capability 4: send GTID events as they are. Strict: a gap at our position is an error, not
 * skipped. */
static int set_mariadb(struct stream *s, const struct position *p, struct err *err)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;

    buf_puts(&sql, "SET @mariadb_slave_capability = 4, @slave_gtid_strict_mode = 1, "
                   "@slave_gtid_ignore_duplicates = 0");
    if (p->kind == POSITION_MARIADB) {
        buf_puts(&sql, ", @slave_connect_state = '");
        gtid_list_print(&p->list, &sql);
        buf_putc(&sql, '\'');
    }
    if (sql.is_failed)
        return err_nomem(err, "binlog session");
    return stream_query(s, sql.ptr, NULL, err);
}

static int check_kind(const struct stream *s, const struct position *p, struct err *err)
{
    bool is_mariadb = stream_is_mariadb(s);

    if (p->kind == POSITION_FILE || (p->kind == POSITION_MARIADB) == is_mariadb)
        return 0;
    err_set(err, ERR_GONE, "binlog: the position is one of %s, and the server is %s",
            is_mariadb ? "MySQL" : "MariaDB", is_mariadb ? "MariaDB" : "MySQL");
    return err_hint(err, "The server was replaced by another kind: a new snapshot is needed.");
}

int session_start(struct stream *s, const struct session_options *o, const struct position *p,
                  struct err *err)
{
    CLEANUP_BUF struct buf set = BUF_INIT;
    struct stream_start start = {.server_id = o->server_id, .file = "", .offset = FIRST_OFFSET};

    if (check_kind(s, p, err) != 0 || set_common(s, o, err) != 0)
        return -1;
    if (stream_is_mariadb(s) && set_mariadb(s, p, err) != 0)
        return -1;
    if (p->kind == POSITION_FILE) {
        start.file = p->file;
        start.offset = p->offset;
    } else if (p->kind == POSITION_MYSQL) {
        gtid_set_encode(&p->set, &set);
        if (set.is_failed)
            return err_nomem(err, "binlog session");
        start.gtid_set = set.ptr;
        start.gtid_set_len = set.len;
    }
    return stream_dump(s, &start, err);
}
