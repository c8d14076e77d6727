/* SPDX-License-Identifier: Apache-2.0 */
/* Events from a server, as one of its replicas. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "cli/events/source.h"
#include "common/cleanup.h"
#include "common/mysql/db.h"

enum { RETRY_MS = 1000, INSTANCE_SIZE = 64 };
#define FOREIGN_IDS UINT32_C(0x7f000000) /* nobody numbers servers like that by hand */

struct ends {
    struct buf first; /* file:NAME:4 of the oldest log */
    struct buf file;  /* the newest log ... */
    uint64_t offset;  /* ... and how long it is */
};

static void ends_close(struct ends *ends)
{
    buf_close(&ends->first);
    buf_close(&ends->file);
}

static int find_ends(struct db *db, struct ends *out, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    if (db_exec(db, "SHOW BINARY LOGS", &rows, err) != 0)
        return -1;
    if (rows.n_rows == 0)
        return err_set(err, ERR_CONFIG, "events: the server has no binlogs");
    buf_printf(&out->first, "file:%s:4", db_rows_text(&rows, 0, 0));
    buf_puts(&out->file, db_rows_text(&rows, rows.n_rows - 1, 0));
    out->offset = (uint64_t)db_rows_int(&rows, rows.n_rows - 1, 1);
    return out->first.is_failed || out->file.is_failed ? err_nomem(err, "events") : 0;
}

static bool wants_start(const struct events_options *o)
{
    return o->from != NULL ? strcmp(o->from, "start") == 0
                           : o->since.kind == BOUND_TIME || o->since.kind == BOUND_GTID;
}

/* Print the position to begin at. A set of GTIDs that is not wanted is one. */
static int choose_start(struct db *db, const struct events_options *o, const struct ends *ends,
                        struct buf *out, struct err *err)
{
    struct position *now = NULL;

    if (wants_start(o)) {
        buf_puts(out, buf_text(&ends->first));
    } else if (o->from != NULL && strcmp(o->from, "now") != 0) {
        buf_puts(out, o->from);
    } else if (o->from == NULL && o->since.kind == BOUND_SET) {
        position_print(o->since.set, out);
    } else {
        if (position_now(db, &now, err) != 0)
            return -1;
        position_print(now, out);
        position_free(now);
    }
    return out->is_failed ? err_nomem(err, "events") : 0;
}

/* Is START where the log ends, as far as this can be told? Then nothing would come. */
static int is_at_end(struct db *db, const char *start, bool *out, struct err *err)
{
    struct position *now = NULL, *p = NULL;
    int rc = position_parse(start, &p, err);

    if (rc == 0)
        rc = position_now(db, &now, err);
    *out = rc == 0 && position_covers(p, now);
    position_free(p);
    position_free(now);
    return rc;
}

/* A replica needs a number that no other one has, or the server ends the other one's stream. */
static uint32_t pick_server_id(const struct events_options *o)
{
    uint32_t bits = 0;

    if (o->server_id != 0)
        return o->server_id;
    if (getrandom(&bits, sizeof(bits), 0) != (ssize_t)sizeof(bits))
        bits = (uint32_t)getpid();
    return FOREIGN_IDS | (bits & 0xffffff);
}

/* Run the stream, and run it again when the connection is lost. */
static int run(struct watch *w, struct reader *r, struct buf *start, struct stop *stop,
               struct err *err)
{
    for (;;) {
        int rc = reader_run(r, start->ptr, err);

        /* The first time it must work. */
        if (rc == 0 || !err->transient || w->origin == NULL)
            return rc;
        sink_flush(&w->sink);
        fprintf(stderr, "tabrelay: %s; trying again every %d s\n", err->msg, RETRY_MS / 1000);
        watch_resume(w);
        buf_clear(start);
        buf_append(start, w->resume.ptr, w->resume.len);
        if (start->is_failed)
            return err_nomem(err, "events");
        if (stop_wait_ms(stop, RETRY_MS))
            return err_set(err, ERR_STOPPED, "events: stopped");
    }
}

static int follow(struct watch *w, const struct config_mysql *mysql, struct buf *start,
                  struct interrupt *interrupt, struct stop *stop, struct err *err)
{
    const struct reader_handler handler = watch_handler(w);
    struct config_mysql own = *mysql;
    char instance[INSTANCE_SIZE];
    const struct reader_options options = {.mysql = &own, .instance = instance, .stop = stop};
    struct reader *r = NULL;
    int rc;

    buf_append(&w->resume, start->ptr, start->len);
    if (w->resume.is_failed)
        return err_nomem(err, "events");
    own.server_id = pick_server_id(w->options);
    snprintf(instance, sizeof(instance), "events %" PRIu32 " %d", own.server_id, (int)getpid());
    if (reader_new(&options, &handler, &r, err) != 0)
        return -1;
    interrupt_reader(interrupt, r);
    rc = run(w, r, start, stop, err);
    interrupt_reader(interrupt, NULL);
    reader_free(r);
    return rc != 0 && err->code == ERR_STOPPED ? 0 : rc;
}

int source_follow(struct watch *w, const struct config *config, struct interrupt *interrupt,
                  struct stop *stop, struct err *err)
{
    CLEANUP(ends_close) struct ends ends = {0};
    CLEANUP_BUF struct buf start = BUF_INIT;
    bool is_over = false;
    int rc;

    w->is_live = w->is_prompt = true;
    rc = find_ends(w->names.db, &ends, err);
    if (rc == 0)
        rc = choose_start(w->names.db, w->options, &ends, &start, err);
    if (rc == 0)
        rc = is_at_end(w->names.db, start.ptr, &is_over, err);
    if (rc != 0)
        return -1;
    if (w->options->is_no_follow && is_over)
        return 0;
    if (w->options->is_no_follow)
        w->end = (struct watch_end){.file = ends.file.ptr, .offset = ends.offset};
    return follow(w, &config->mysql, &start, interrupt, stop, err);
}
