/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decode: the replicator's reader with a handler that only looks at how long each value is.
 *
 * decode [--none] FILE: from a file. decode [--none] --live BINLOG: from the server (BENCH_MYSQL),
 * up to that file's end. --none: no table is wanted, so every row is skipped.
 */
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "replicator/binlog/dispatch.h"
#include "replicator/binlog/file.h"
#include "replicator/binlog/position_kind.h"
#include "replicator/binlog/reader.h"
#include "tests/bench/bench.h"

enum { FIRST_OFFSET = 4 };

struct work {
    struct bench_result result;
    bool wants_none;
    bool is_at_mark; /* the next file has begun */
};

static int want_table(void *ctx, const char *schema, const char *table, struct table_wish *out,
                      struct err *err)
{
    struct work *w = ctx;

    w->is_at_mark = strcmp(schema, BENCH_SCHEMA) == 0 && strcmp(table, BENCH_MARK) == 0;
    if (w->is_at_mark)
        return err_set(err, ERR_STOPPED, "the mark");
    out->is_as_logged = !w->wants_none;
    return 0;
}

static uint64_t look_at(const struct value *values, size_t n)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < n; i++)
        if (values[i].state == VALUE_TEXT)
            sum += values[i].len;
    return sum;
}

static int on_change(void *ctx, const struct change *change, struct err *err)
{
    struct work *w = ctx;

    (void)err;
    w->result.rows++;
    if (change->before != NULL)
        w->result.text += look_at(change->before, change->table->n_columns);
    if (change->after != NULL)
        w->result.text += look_at(change->after, change->table->n_columns);
    return 0;
}

static int on_commit(void *ctx, const struct commit *commit, struct err *err)
{
    (void)ctx, (void)commit, (void)err;
    return 0;
}

static int on_ddl(void *ctx, const struct ddl *ddl, struct err *err)
{
    (void)ctx, (void)ddl, (void)err;
    return 0;
}

static int on_idle(void *ctx, struct err *err)
{
    (void)ctx, (void)err;
    return 0;
}

static int feed(struct work *w, struct binlog_file *f, struct dispatch *d, struct err *err)
{
    const uint8_t *bytes;
    size_t len;
    int rc;

    while ((rc = binlog_file_next(f, &bytes, &len, err)) == 1) {
        w->result.events++;
        w->result.bytes += len;
        if (dispatch_event(d, bytes, len, err) != 0)
            return -1;
    }
    return rc;
}

static int from_file(struct work *w, const struct reader_handler *handler, const char *path,
                     struct err *err)
{
    struct position p = {.kind = POSITION_FILE, .offset = FIRST_OFFSET};
    struct binlog_file *f = NULL;
    struct dispatch *d = NULL;
    int rc = binlog_file_open(path, &f, err);

    if (rc == 0)
        rc = dispatch_new(handler, &p, &d, err);
    if (rc == 0) {
        dispatch_file(d, binlog_file_name(f), FIRST_OFFSET);
        rc = feed(w, f, d, err);
    }
    dispatch_free(d);
    binlog_file_close(f);
    return rc;
}

static int from_server(struct work *w, const struct reader_handler *handler, const char *binlog,
                       struct err *err)
{
    struct config_mysql mysql;
    struct reader_options options = {.mysql = &mysql, .instance = "decode"};
    struct reader *r = NULL;
    char position[256];
    int rc;

    log_set_level(LOG_WARN);
    snprintf(position, sizeof(position), "file:%s:%d", binlog, FIRST_OFFSET);
    if (bench_mysql(&mysql, err) != 0 || reader_new(&options, handler, &r, err) != 0)
        return -1;
    rc = reader_run(r, position, err);
    reader_free(r);
    return w->is_at_mark ? 0 : rc;
}

int main(int argc, char **argv)
{
    struct work w = {.wants_none = argc > 1 && strcmp(argv[1], "--none") == 0};
    struct reader_handler handler = {.ctx = &w,
                                     .want_table = want_table,
                                     .on_change = on_change,
                                     .on_commit = on_commit,
                                     .on_ddl = on_ddl,
                                     .on_idle = on_idle};
    struct err err = ERR_INIT;
    bool is_live;
    int rc;

    argc -= w.wants_none;
    argv += w.wants_none;
    is_live = argc == 3 && strcmp(argv[1], "--live") == 0;
    if (argc != 2 && !is_live) {
        fprintf(stderr, "usage: decode [--none] FILE | --live BINLOG\n");
        return 2;
    }
    rc =
        is_live ? from_server(&w, &handler, argv[2], &err) : from_file(&w, &handler, argv[1], &err);
    if (rc != 0)
        return bench_fail("decode", &err);
    bench_print(&w.result);
    return 0;
}
