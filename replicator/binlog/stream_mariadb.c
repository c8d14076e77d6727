/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stream over MariaDB Connector/C, for both servers: the library connects, logs in and joins
 * packets; the commands are sent raw. Its own mariadb_rpl_* stops at events it does not know.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/mysql/connect.h"
#include "replicator/binlog/stream.h"
#include "replicator/binlog/stream_error.h"
#include "replicator/binlog/stream_socket.h"

enum {
    COMMAND_DUMP = 0x12,
    COMMAND_REGISTER = 0x15,
    COMMAND_DUMP_GTID = 0x1e,
    PACKET_EVENT = 0x00,
    PACKET_EOF = 0xfe,
    PACKET_EOF_MAX = 9, /* a longer packet that begins so is none */
};

struct stream {
    MYSQL *mysql; /* owned */
    bool is_mariadb;
    int fd; /* a copy of the socket for stream_interrupt: the library may close its own any time */
};

static int fail(struct stream *s, struct err *err)
{
    return stream_error(err, mysql_errno(s->mysql), mysql_error(s->mysql));
}

int stream_open(const struct config_mysql *cfg, unsigned silence_ms, struct stream **out,
                struct err *err)
{
    struct stream *s = calloc(1, sizeof(*s));

    if (s == NULL)
        return err_nomem(err, "stream");
    s->fd = -1;
    if (connect_open(cfg, stream_read_timeout_s(silence_ms), &s->mysql, err) != 0) {
        stream_close(s);
        return -1;
    }
    s->is_mariadb = mariadb_connection(s->mysql);
    s->fd = stream_socket((int)mysql_get_socket(s->mysql), silence_ms, err);
    if (s->fd < 0) {
        stream_close(s);
        return -1;
    }
    *out = s;
    return 0;
}

void stream_close(struct stream *s)
{
    if (s == NULL)
        return;
    /* In the middle of a dump nothing can be said to the server: it sees the socket close. */
    stream_interrupt(s);
    if (s->fd >= 0)
        close(s->fd);
    if (s->mysql != NULL)
        mysql_close(s->mysql);
    free(s);
}

void stream_interrupt(struct stream *s)
{
    if (s->fd >= 0)
        shutdown(s->fd, SHUT_RDWR);
}

bool stream_is_mariadb(const struct stream *s)
{
    return s->is_mariadb;
}

int stream_query(struct stream *s, const char *sql, struct buf *out, struct err *err)
{
    MYSQL_RES *res;
    MYSQL_ROW row;

    if (mysql_real_query(s->mysql, sql, strlen(sql)) != 0)
        return fail(s, err);
    res = mysql_store_result(s->mysql);
    if (res == NULL)
        return mysql_errno(s->mysql) != 0 ? fail(s, err) : 0;
    row = mysql_fetch_row(res);
    if (out != NULL && row != NULL && row[0] != NULL)
        buf_append(out, row[0], mysql_fetch_lengths(res)[0]);
    mysql_free_result(res);
    return 0;
}

static void put_uint(struct buf *b, uint64_t v, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        buf_putc(b, (char)(v >> (8 * i) & 0xff));
}

static int send_command(struct stream *s, int command, const struct buf *packet, bool has_answer,
                        struct err *err)
{
    if (packet->is_failed)
        return err_nomem(err, "binlog dump");
    if (s->mysql->methods->db_command(s->mysql, (enum enum_server_command)command, packet->ptr,
                                      packet->len, !has_answer, NULL) != 0)
        return fail(s, err);
    return 0;
}

/* Shows us in SHOW REPLICAS. Host, user and password stay empty: anyone may read them there. */
static int register_replica(struct stream *s, uint32_t server_id, struct err *err)
{
    CLEANUP_BUF struct buf packet = BUF_INIT;

    put_uint(&packet, server_id, 4);
    put_uint(&packet, 0, 1 + 1 + 1); /* host, user, password */
    put_uint(&packet, 0, 2);         /* port */
    put_uint(&packet, 0, 4 + 4);     /* rank, source's id */
    return send_command(s, COMMAND_REGISTER, &packet, true, err);
}

/* A position beyond 4 GiB, and a GTID set, only fit into the newer command, which MySQL alone has.
 */
static int dump_gtid(struct stream *s, const struct stream_start *start, struct err *err)
{
    CLEANUP_BUF struct buf packet = BUF_INIT;

    put_uint(&packet, STREAM_HEARTBEAT_V2, 2);
    put_uint(&packet, start->server_id, 4);
    put_uint(&packet, strlen(start->file), 4);
    buf_puts(&packet, start->file);
    put_uint(&packet, start->offset, 8);
    if (start->gtid_set != NULL) {
        put_uint(&packet, start->gtid_set_len, 4);
        buf_append(&packet, start->gtid_set, start->gtid_set_len);
    } else {
        put_uint(&packet, 8, 4);
        put_uint(&packet, 0, 8); /* the empty set: a length of 0 is refused */
    }
    return send_command(s, COMMAND_DUMP_GTID, &packet, false, err);
}

static int dump_file(struct stream *s, const struct stream_start *start, struct err *err)
{
    CLEANUP_BUF struct buf packet = BUF_INIT;

    put_uint(&packet, start->offset, 4);
    put_uint(&packet, s->is_mariadb ? 0 : STREAM_HEARTBEAT_V2, 2);
    put_uint(&packet, start->server_id, 4);
    buf_puts(&packet, start->file);
    return send_command(s, COMMAND_DUMP, &packet, false, err);
}

int stream_dump(struct stream *s, const struct stream_start *start, struct err *err)
{
    if (register_replica(s, start->server_id, err) != 0)
        return -1;
    if (!s->is_mariadb && (start->gtid_set != NULL || start->offset > UINT32_MAX))
        return dump_gtid(s, start, err);
    if (start->offset > UINT32_MAX)
        return stream_too_far(err, start->file, start->offset);
    return dump_file(s, start, err);
}

int stream_next(struct stream *s, const uint8_t **bytes, size_t *len, struct err *err)
{
    unsigned long n;

    errno = 0;
    n = mysql_net_read_packet(s->mysql);
    if (n == packet_error)
        return errno == ENOMEM ? stream_no_memory(err) : fail(s, err);
    if (n > 0 && n < PACKET_EOF_MAX && s->mysql->net.read_pos[0] == PACKET_EOF)
        return 0;
    if (n == 0 || s->mysql->net.read_pos[0] != PACKET_EVENT)
        return err_set(err, ERR_FORMAT, "binlog: packet of %lu bytes is not an event", n);
    *bytes = s->mysql->net.read_pos + 1;
    *len = n - 1;
    return 1;
}
