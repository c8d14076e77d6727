/* SPDX-License-Identifier: Apache-2.0 */
/*
 * floor: what nobody can go below: every event is got and its CRC32 checked, nothing is decoded.
 *
 * floor FILE: from a file. floor --live BINLOG: from the server (BENCH_MYSQL) over TCP, up to that
 * file's end. File, stream, session and checksum are those of the replicator's reader.
 */
#include <stdio.h>
#include <string.h>

#include "replicator/binlog/event.h"
#include "replicator/binlog/file.h"
#include "replicator/binlog/position_kind.h"
#include "replicator/binlog/session.h"
#include "replicator/binlog/stream.h"
#include "tests/bench/bench.h"

enum { HEARTBEAT_MS = 5000, FIRST_OFFSET = 4 };

struct count {
    struct event_format format;
    struct bench_result result;
    bool is_rotated; /* the file's own last event */
};

static int count_event(struct count *c, const uint8_t *bytes, size_t len, struct err *err)
{
    struct event e;

    if (event_parse(&c->format, bytes, len, &e, err) != 0)
        return -1;
    if (e.type == EVENT_FORMAT && event_read_format(&e, &c->format, err) != 0)
        return -1;
    c->result.events++;
    c->result.bytes += len;
    c->result.row_events += event_is_rows(e.type);
    c->is_rotated = e.type == EVENT_ROTATE && (e.flags & EVENT_FLAG_ARTIFICIAL) == 0;
    return 0;
}

static int from_file(struct count *c, const char *path, struct err *err)
{
    struct binlog_file *f = NULL;
    const uint8_t *bytes;
    size_t len;
    int rc;

    if (binlog_file_open(path, &f, err) != 0)
        return -1;
    while ((rc = binlog_file_next(f, &bytes, &len, err)) == 1)
        if (count_event(c, bytes, len, err) != 0) {
            rc = -1;
            break;
        }
    binlog_file_close(f);
    return rc;
}

static int pump(struct count *c, struct stream *s, struct err *err)
{
    while (!c->is_rotated) {
        const uint8_t *bytes;
        size_t len;
        int rc = stream_next(s, &bytes, &len, err);

        if (rc == 0)
            return err_set(err, ERR_MYSQL, "the server ended the stream before the file's end");
        if (rc < 0 || count_event(c, bytes, len, err) != 0)
            return -1;
    }
    return 0;
}

static int from_server(struct count *c, const char *binlog, struct err *err)
{
    struct session_options options = {.heartbeat_ms = HEARTBEAT_MS};
    struct position p = {.kind = POSITION_FILE, .offset = FIRST_OFFSET};
    struct config_mysql mysql;
    struct stream *s = NULL;
    int rc;

    if (strlen(binlog) >= sizeof(p.file))
        return err_set(err, ERR_CONFIG, "no binlog has so long a name");
    memcpy(p.file, binlog, strlen(binlog) + 1);
    if (bench_mysql(&mysql, err) != 0 || stream_open(&mysql, HEARTBEAT_MS * 3, &s, err) != 0)
        return -1;
    options.server_id = mysql.server_id;
    session_uuid("floor", options.uuid);
    rc = session_start(s, &options, &p, err);
    if (rc == 0)
        rc = pump(c, s, err);
    stream_close(s);
    return rc;
}

int main(int argc, char **argv)
{
    struct count c = {.is_rotated = false};
    struct err err = ERR_INIT;
    bool is_live = argc == 3 && strcmp(argv[1], "--live") == 0;
    int rc;

    if (argc != 2 && !is_live) {
        fprintf(stderr, "usage: floor FILE | --live BINLOG\n");
        return 2;
    }
    event_format_init(&c.format, true);
    rc = is_live ? from_server(&c, argv[2], &err) : from_file(&c, argv[1], &err);
    if (rc != 0)
        return bench_fail("floor", &err);
    bench_print(&c.result);
    return 0;
}
