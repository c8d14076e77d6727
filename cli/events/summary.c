/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/events/summary.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/events/line.h"
#include "replicator/binlog/event.h"

static void close_transaction(struct summary_transaction *t)
{
    buf_close(&t->gtid);
    buf_close(&t->position);
    buf_close(&t->time);
}

void summary_close(struct summary *s)
{
    for (size_t i = 0; i < s->n_files; i++)
        free(s->files[i]);
    free(s->files);
    close_transaction(&s->most_rows);
    close_transaction(&s->most_bytes);
    *s = SUMMARY_INIT;
}

/* Events that stand between transactions. */
static bool is_between(uint8_t type)
{
    switch (type) {
    case EVENT_FORMAT:
    case EVENT_ROTATE:
    case EVENT_STOP:
    case EVENT_PREVIOUS_GTIDS:
    case EVENT_GTID_LIST:
    case EVENT_BINLOG_CHECKPOINT:
    case EVENT_START_ENCRYPTION:
    case EVENT_INCIDENT:
    case EVENT_HEARTBEAT:
    case EVENT_HEARTBEAT_V2:
        return true;
    default:
        return false;
    }
}

/* The file's first event names it; what a server sends of itself stands in no file. */
static int note_file(struct summary *s, const char *name, struct err *err)
{
    char **grown;

    if (s->n_files > 0 && strcmp(s->files[s->n_files - 1], name) == 0)
        return 0;
    grown = reallocarray(s->files, s->n_files + 1, sizeof(char *));
    if (grown == NULL)
        return err_nomem(err, "events");
    s->files = grown;
    s->files[s->n_files] = strdup(name);
    return s->files[s->n_files++] == NULL ? err_nomem(err, "events") : 0;
}

static void count(struct summary_count *c, const struct event *e)
{
    c->events++;
    c->bytes += e->length;
}

int summary_event(struct summary *s, const struct arrival *arrival, struct err *err)
{
    const struct event *e = arrival->event;

    if (arrival->is_inner) {
        count(&s->inner_by_type[e->type], e);
        return 0;
    }
    if ((e->flags & EVENT_FLAG_ARTIFICIAL) != 0)
        return 0;
    count(&s->by_type[e->type], e);
    s->bytes += e->length;
    if (e->type == EVENT_FORMAT && note_file(s, arrival->origin->file, err) != 0)
        return -1;
    if (is_between(e->type))
        return 0;
    if (!s->is_open) {
        s->is_open = true;
        s->open_offset = arrival->origin->offset;
    }
    s->open_bytes += e->length;
    return 0;
}

static int keep(struct summary_transaction *t, const struct summary *s, const struct commit *c,
                struct err *err)
{
    char time[LINE_TIME_SIZE] = "";

    if (c->commit_time_us > 0)
        line_print_time(c->commit_time_us, c->is_exact_time, time);
    t->rows = s->open_rows;
    t->bytes = s->open_bytes;
    buf_clear(&t->gtid);
    buf_clear(&t->position);
    buf_clear(&t->time);
    buf_puts(&t->gtid, c->origin->gtid);
    buf_printf(&t->position, "%s:%" PRIu64, c->origin->file, s->open_offset);
    buf_puts(&t->time, time);
    return t->gtid.is_failed || t->position.is_failed || t->time.is_failed
               ? err_nomem(err, "events")
               : 0;
}

int summary_commit(struct summary *s, const struct commit *c, bool is_within, struct err *err)
{
    int rc = 0;

    if (is_within) {
        if (s->n_transactions++ == 0) {
            s->first_us = c->commit_time_us;
            s->is_first_exact = c->is_exact_time;
        }
        s->last_us = c->commit_time_us;
        s->is_last_exact = c->is_exact_time;
        if (s->open_rows > s->most_rows.rows)
            rc = keep(&s->most_rows, s, c, err);
        if (rc == 0 && s->open_bytes > s->most_bytes.bytes)
            rc = keep(&s->most_bytes, s, c, err);
    }
    s->is_open = false;
    s->open_rows = s->open_bytes = 0;
    return rc;
}
