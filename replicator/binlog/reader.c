/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/reader.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "replicator/binlog/dispatch.h"
#include "replicator/binlog/session.h"
#include "replicator/binlog/stream.h"

enum { HEARTBEAT_MS = 5000, SILENT_HEARTBEATS = 3 };

struct reader {
    struct reader_options options;
    struct reader_handler handler;
    struct session_options session;

    pthread_mutex_t lock;
    struct stream *stream; /* under lock; NULL when there is none to interrupt */
    bool is_interrupted;   /* under lock */
};

int reader_new(const struct reader_options *options, const struct reader_handler *handler,
               struct reader **out, struct err *err)
{
    struct reader *r = calloc(1, sizeof(*r));

    if (r == NULL)
        return err_nomem(err, "binlog reader");
    r->options = *options;
    r->handler = *handler;
    r->session.server_id = options->mysql->server_id;
    r->session.heartbeat_ms = options->heartbeat_ms > 0 ? options->heartbeat_ms : HEARTBEAT_MS;
    session_uuid(options->instance, r->session.uuid);
    pthread_mutex_init(&r->lock, NULL);
    *out = r;
    return 0;
}

void reader_free(struct reader *r)
{
    if (r == NULL)
        return;
    pthread_mutex_destroy(&r->lock);
    free(r);
}

void reader_interrupt(struct reader *r)
{
    LOCK_SCOPE(&r->lock);

    r->is_interrupted = true;
    if (r->stream != NULL)
        stream_interrupt(r->stream);
}

/* From now on (or, with NULL, no longer) reader_interrupt finds S. */
static void set_stream(struct reader *r, struct stream *s)
{
    LOCK_SCOPE(&r->lock);

    r->stream = s;
    if (s != NULL && r->is_interrupted)
        stream_interrupt(s);
}

static bool is_stopped(struct reader *r)
{
    LOCK_SCOPE(&r->lock);

    return r->is_interrupted || (r->options.stop != NULL && stop_is_asked(r->options.stop));
}

static int pump(struct reader *r, struct stream *s, struct dispatch *d, struct err *err)
{
    for (;;) {
        const uint8_t *bytes;
        size_t len;
        int rc;

        if (is_stopped(r))
            return err_set(err, ERR_STOPPED, "binlog: stopped");
        rc = stream_next(s, &bytes, &len, err);
        if (rc == 0) {
            err_set(err, ERR_MYSQL, "binlog: the server ended the stream");
            return err_transient(err);
        }
        if (rc < 0 || dispatch_event(d, bytes, len, err) != 0)
            return -1;
    }
}

static int run_stream(struct reader *r, struct stream *s, struct position *p, struct err *err)
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    struct dispatch *d = NULL;
    int rc;

    if (session_start(s, &r->session, p, err) != 0 || dispatch_new(&r->handler, p, &d, err) != 0)
        return -1;
    position_print(p, &text);
    log_info("binlog: reading position=%.200s", buf_text(&text));
    rc = pump(r, s, d, err);
    dispatch_free(d);
    return rc;
}

int reader_run(struct reader *r, const char *position, struct err *err)
{
    struct position *p = NULL;
    struct stream *s = NULL;
    int rc = position_parse(position, &p, err);

    if (rc == 0 && is_stopped(r))
        rc = err_set(err, ERR_STOPPED, "binlog: stopped");
    if (rc == 0)
        rc = stream_open(r->options.mysql, r->session.heartbeat_ms * SILENT_HEARTBEATS, &s, err);
    if (rc == 0) {
        set_stream(r, s);
        rc = run_stream(r, s, p, err);
        set_stream(r, NULL);
    }
    stream_close(s);
    position_free(p);
    /* What an interrupt broke is no fault. */
    if (is_stopped(r))
        rc = err_set(err, ERR_STOPPED, "binlog: stopped");
    pthread_mutex_lock(&r->lock);
    r->is_interrupted = false;
    pthread_mutex_unlock(&r->lock);
    return rc;
}
