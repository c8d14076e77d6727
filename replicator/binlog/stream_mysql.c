/* SPDX-License-Identifier: Apache-2.0 */
/* The stream over Oracle's libmysqlclient (8.0 and later), which has calls for it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/mysql/connect.h"
#include "replicator/binlog/stream.h"
#include "replicator/binlog/stream_error.h"
#include "replicator/binlog/stream_socket.h"

#define MAX_PACKET (1UL << 30)

struct stream {
    MYSQL *mysql; /* owned */
    MYSQL_RPL rpl;
    bool is_open; /* the dump runs */
    bool is_mariadb;
    int fd; /* a copy of the socket for stream_interrupt */
    struct buf gtid_set;
    char *file; /* owned */
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
    /* The library's own limit is 64 MiB; an event may have 1 GiB. */
    s->mysql->net.max_packet_size = MAX_PACKET;
    s->is_mariadb = strstr(mysql_get_server_info(s->mysql), "MariaDB") != NULL;
    s->fd = stream_socket(s->mysql->net.fd, silence_ms, err);
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
    if (s->is_open)
        mysql_binlog_close(s->mysql, &s->rpl);
    if (s->fd >= 0)
        close(s->fd);
    if (s->mysql != NULL)
        mysql_close(s->mysql);
    buf_close(&s->gtid_set);
    free(s->file);
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

/* With a set or an offset beyond 4 GiB the library must be made to send the newer command, which
 * MariaDB has not: MYSQL_RPL_GTID. */
int stream_dump(struct stream *s, const struct stream_start *start, struct err *err)
{
    bool is_gtid = !s->is_mariadb && (start->gtid_set != NULL || start->offset > UINT32_MAX);

    if (s->is_mariadb && start->offset > UINT32_MAX)
        return stream_too_far(err, start->file, start->offset);
    s->file = strdup(start->file);
    if (start->gtid_set != NULL)
        buf_append(&s->gtid_set, start->gtid_set, start->gtid_set_len);
    if (s->file == NULL || s->gtid_set.is_failed)
        return err_nomem(err, "binlog dump");
    s->rpl = (MYSQL_RPL){.file_name = s->file,
                         .file_name_length = strlen(s->file),
                         .start_position = start->offset,
                         .server_id = start->server_id,
                         .flags = (is_gtid ? MYSQL_RPL_GTID : 0U) |
                                  (s->is_mariadb ? 0U : STREAM_HEARTBEAT_V2),
                         .gtid_set_encoded_size = s->gtid_set.len,
                         .gtid_set_arg = s->gtid_set.ptr};
    if (mysql_binlog_open(s->mysql, &s->rpl) != 0)
        return fail(s, err);
    s->is_open = true;
    return 0;
}

int stream_next(struct stream *s, const uint8_t **bytes, size_t *len, struct err *err)
{
    errno = 0;
    if (mysql_binlog_fetch(s->mysql, &s->rpl) != 0)
        return errno == ENOMEM ? stream_no_memory(err) : fail(s, err);
    if (s->rpl.size == 0)
        return 0;
    *bytes = s->rpl.buffer + 1; /* after the packet's status byte */
    *len = s->rpl.size - 1;
    return 1;
}
