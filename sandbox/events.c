/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/events.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sandbox/mem.h"

enum { MAX_EVENTS = 1000, WAIT_MS = 500, KEEPALIVE_WAITS = 20 };

struct event {
    char *spreadsheet; /* owned */
    char *text;        /* owned: "event: change\ndata: {...}\n\n" */
};

struct events {
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct stop *stop;
    struct event ring[MAX_EVENTS]; /* guarded */
    int64_t last;                  /* guarded: number of the newest, from 1 */
};

struct stream {
    struct events *events;
    char *spreadsheet; /* owned */
    int64_t seen;
    struct buf waiting; /* bytes that did not fit */
    size_t sent;
};

struct events *events_new(struct stop *stop)
{
    struct events *e = mem_new(1, sizeof(*e));
    pthread_condattr_t attr;

    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&e->lock, NULL);
    pthread_cond_init(&e->more, &attr);
    pthread_condattr_destroy(&attr);
    e->stop = stop;
    return e;
}

void events_free(struct events *e)
{
    if (e == NULL)
        return;
    for (size_t i = 0; i < MAX_EVENTS; i++) {
        free(e->ring[i].spreadsheet);
        free(e->ring[i].text);
    }
    pthread_cond_destroy(&e->more);
    pthread_mutex_destroy(&e->lock);
    free(e);
}

static void add(struct events *e, const char *spreadsheet, struct buf *text)
{
    struct event *slot;

    LOCK_SCOPE(&e->lock);
    e->last++;
    slot = &e->ring[e->last % MAX_EVENTS];
    free(slot->spreadsheet);
    free(slot->text);
    slot->spreadsheet = mem_text(spreadsheet);
    slot->text = buf_take(text);
    pthread_cond_broadcast(&e->more);
}

void events_changed(void *events, const struct book *b, struct author author)
{
    static const char *const kinds[] = {"cells", "structure", "tabs"};

    for (size_t i = 0; i < b->n_touches; i++) {
        const struct touch *t = &b->touches[i];
        struct buf text = BUF_INIT;

        buf_printf(&text, "event: change\ndata: {\"revision\":%lld,\"source\":\"%s\",\"user\":",
                   (long long)b->revision, author.source);
        buf_json(&text, author.user, strlen(author.user));
        buf_printf(&text,
                   ",\"sheetId\":%lld,\"kind\":\"%s\",\"row\":%lld,\"endRow\":%lld,"
                   "\"column\":%lld,\"endColumn\":%lld}\n\n",
                   (long long)t->sheet_id, kinds[t->kind], (long long)t->area.row,
                   (long long)t->area.end_row, (long long)t->area.column,
                   (long long)t->area.end_column);
        add(events, b->id, &text);
    }
}

void events_tell(struct events *e, const char *spreadsheet, const char *title, const char *text)
{
    struct buf event = BUF_INIT;

    buf_puts(&event, "event: tell\ndata: {\"title\":");
    buf_json(&event, title, strlen(title));
    buf_puts(&event, ",\"text\":");
    buf_json(&event, text, strlen(text));
    buf_puts(&event, "}\n\n");
    add(e, spreadsheet, &event);
}

/* Wait a little for events after S->seen; take those of this spreadsheet. */
static void collect(struct events *e, struct stream *s)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += WAIT_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    LOCK_SCOPE(&e->lock);
    if (e->last == s->seen)
        pthread_cond_timedwait(&e->more, &e->lock, &until);
    if (e->last - s->seen > MAX_EVENTS) {
        buf_puts(&s->waiting, "event: change\ndata: {\"revision\":0,\"source\":\"api\",\"user\":"
                              "\"\",\"sheetId\":0,\"kind\":\"tabs\",\"row\":0,\"endRow\":0,"
                              "\"column\":0,\"endColumn\":0}\n\n");
        s->seen = e->last;
    }
    while (s->seen < e->last) {
        const struct event *event = &e->ring[++s->seen % MAX_EVENTS];

        if (strcmp(event->spreadsheet, s->spreadsheet) == 0)
            buf_puts(&s->waiting, event->text);
    }
}

/* Block until there is something to send; false: stopped. A comment now and then, so that a browser
 * that went away is noticed. */
static bool refill(struct stream *s)
{
    buf_clear(&s->waiting);
    s->sent = 0;
    for (int waits = 0; s->waiting.len == 0; waits++) {
        if (stop_is_asked(s->events->stop))
            return false;
        if (waits >= KEEPALIVE_WAITS)
            buf_puts(&s->waiting, ": still here\n\n");
        else
            collect(s->events, s);
    }
    return true;
}

static ssize_t stream_more(void *ctx, char *to, size_t size)
{
    struct stream *s = ctx;
    size_t n;

    if (s->sent == s->waiting.len && !refill(s))
        return -1;
    n = s->waiting.len - s->sent;
    n = n < size ? n : size;
    if (n > 0)
        memcpy(to, s->waiting.ptr + s->sent, n);
    s->sent += n;
    return (ssize_t)n;
}

static void stream_end(void *ctx)
{
    struct stream *s = ctx;

    buf_close(&s->waiting);
    free(s->spreadsheet);
    free(s);
}

void events_stream(struct events *e, const char *spreadsheet, struct http_response *response)
{
    struct stream *s = mem_new(1, sizeof(*s));

    s->events = e;
    s->spreadsheet = mem_text(spreadsheet);
    pthread_mutex_lock(&e->lock);
    s->seen = e->last;
    pthread_mutex_unlock(&e->lock);
    buf_puts(&s->waiting, "retry: 1000\n: connected\n\n");
    response->content_type = "text/event-stream";
    http_response_header(response, "Cache-Control", "no-store");
    response->stream = stream_more;
    response->stream_end = stream_end;
    response->stream_ctx = s;
}
