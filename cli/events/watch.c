/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/events/watch.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/events/heartbeat.h"
#include "common/clock.h"
#include "replicator/binlog/event.h"

int watch_open(struct watch *w, struct events_options *options, const struct stop *stop,
               struct err *err)
{
    *w = (struct watch){.options = options, .stop = stop, .names = NAMES_INIT};
    w->roster = (struct roster){.patterns = options->tables, .n_patterns = options->n_tables};
    w->line = LINE_INIT(&w->sink);
    return sink_open(&w->sink, STDOUT_FILENO, stop, err);
}

void watch_close(struct watch *w)
{
    sink_close(&w->sink);
    line_close(&w->line);
    roster_close(&w->roster);
    names_close(&w->names);
    summary_close(&w->summary);
    buf_close(&w->resume);
}

static int done(struct watch *w, struct err *err)
{
    w->is_done = true;
    return err_set(err, ERR_STOPPED, "events: done");
}

static int check_stop(const struct watch *w, struct err *err)
{
    return stop_is_asked(w->stop) ? err_set(err, ERR_STOPPED, "events: stopped") : 0;
}

/* --- is it within? --- */

static int look_at(struct watch *w, const struct origin *o, struct err *err)
{
    bool is_until;

    if (!w->is_fresh)
        return 0;
    if (bound_since(&w->options->since, o, &w->is_within, err) != 0 ||
        bound_until(&w->options->until, o, &is_until, err) != 0)
        return -1;
    w->is_within = w->is_within && is_until;
    if (w->is_within && !w->options->is_summary && line_begin(&w->line, o, err) != 0)
        return -1;
    w->is_fresh = false;
    return 0;
}

/* Everything that comes later is beyond --until. */
static bool is_past_until(const struct watch *w, const struct commit *c)
{
    const struct bound *until = &w->options->until;

    switch (until->kind) {
    case BOUND_GTID:
        return until->is_passed;
    case BOUND_TIME: /* files are read to their end: clocks go back, files may be in any order */
        return w->is_live && c->commit_time_us >= until->time_us;
    case BOUND_SET:
        return w->is_live && position_covers(c->position, until->set);
    case BOUND_NONE:
        return false;
    }
    return false;
}

/* binlog.999999 is followed by binlog.1000000: the longer name is the later one. */
static bool is_at_end(const struct watch *w, const char *file, uint64_t offset)
{
    size_t len, end_len;
    int order;

    if (w->end.file == NULL)
        return false;
    len = strlen(file);
    end_len = strlen(w->end.file);
    order = len != end_len ? (len < end_len ? -1 : 1) : strcmp(file, w->end.file);
    return order > 0 || (order == 0 && offset >= w->end.offset);
}

/* --- the reader's calls --- */

/* Nothing is sent of transactions that the position has already: only a heartbeat says that they
 * are past. */
static bool is_heartbeat_at_end(const struct watch *w, const struct event *e)
{
    struct heartbeat h;
    uint64_t end = w->end.offset;

    if (w->end.file == NULL || !heartbeat_read(e, &h))
        return false;
    if (e->type == EVENT_HEARTBEAT)
        end = (uint32_t)end;
    return h.file_len == strlen(w->end.file) && memcmp(h.file, w->end.file, h.file_len) == 0 &&
           h.offset >= end;
}

static bool ends_log(const struct watch *w, const struct event *e, const struct origin *o)
{
    switch (e->type) {
    case EVENT_ROTATE:
    case EVENT_STOP:
    case EVENT_PREVIOUS_GTIDS:
    case EVENT_GTID_LIST:
    case EVENT_BINLOG_CHECKPOINT:
        return is_at_end(w, o->file, w->event_end);
    default:
        return is_heartbeat_at_end(w, e);
    }
}

static int see_map(struct watch *w, const struct arrival *a, struct err *err)
{
    const char *schema, *name;
    uint64_t id;

    if (table_map_peek(a->format, a->event, &id, &schema, &name, err) != 0)
        return -1;
    w->mapped = roster_find(&w->roster, schema, name, err);
    if (w->mapped == NULL)
        return -1;
    if (!w->mapped->is_wanted || (w->names.db == NULL && w->names.is_hinted))
        return 0;
    return names_see(&w->names, w->mapped, a, err);
}

static int on_event(void *ctx, const struct arrival *a, struct err *err)
{
    struct watch *w = ctx;

    w->is_fresh = true;
    w->origin = a->origin;
    if (check_stop(w, err) != 0)
        return -1;
    if (w->options->is_summary && summary_event(&w->summary, a, err) != 0)
        return -1;
    if (!a->is_inner && (a->event->flags & EVENT_FLAG_ARTIFICIAL) == 0) {
        w->event_end = a->origin->offset + a->event->length;
        if (ends_log(w, a->event, a->origin))
            return done(w, err);
    }
    return a->event->type == EVENT_TABLE_MAP ? see_map(w, a, err) : 0;
}

/* Comes right after its event. */
static int want_table(void *ctx, const char *schema, const char *name, struct table_wish *out,
                      struct err *err)
{
    const struct watch *w = ctx;
    const struct roster_table *t = w->mapped;

    (void)schema;
    (void)name;
    (void)err;
    if (t->is_wanted && t->is_fitting)
        out->table = t->known;
    else
        out->is_as_logged = t->is_wanted;
    return 0;
}

/* The first change of an event. */
static int begin(struct watch *w, const struct change *c, struct err *err)
{
    if (look_at(w, c->origin, err) != 0)
        return -1;
    if (w->shape == c->shape)
        return 0;
    w->shape = 0;
    w->entry = roster_find(&w->roster, c->table->schema, c->table->name, err);
    if (w->entry == NULL)
        return -1;
    w->layout = roster_layout(&w->roster, w->entry, c, err);
    if (w->layout == NULL)
        return -1;
    w->shape = c->shape;
    return 0;
}

/* One that is to be printed comes: false if it has been already. */
static bool is_new(struct watch *w)
{
    w->n_since++;
    if (w->n_skip == 0)
        return true;
    w->n_skip--;
    return false;
}

static int on_change(void *ctx, const struct change *c, struct err *err)
{
    struct watch *w = ctx;

    if (w->is_fresh && begin(w, c, err) != 0)
        return -1;
    if (!w->is_within || !is_new(w))
        return 0;
    w->entry->rows[c->type]++;
    w->summary.open_rows++;
    if (!w->options->is_summary)
        line_change(&w->line, w->layout, c);
    if (++w->n_changes == w->options->count)
        return done(w, err);
    return sink_is_broken(&w->sink) ? sink_check(&w->sink, err) : 0;
}

static int on_ddl(void *ctx, const struct ddl *ddl, struct err *err)
{
    struct watch *w = ctx;

    names_doubt(&w->roster, ddl->schema, ddl->table);
    if (!w->options->has_statements || !roster_wants(&w->roster, ddl->schema, ddl->table))
        return 0;
    if (look_at(w, w->origin, err) != 0)
        return -1;
    return w->is_within && is_new(w) ? line_statement(&w->line, ddl, err) : 0;
}

/* With --table only transactions count that changed one of these tables. */
static bool is_counted(const struct watch *w)
{
    return w->is_within && (w->options->n_tables == 0 || w->summary.open_rows > 0);
}

static int keep_position(struct watch *w, const struct commit *c, struct err *err)
{
    w->n_since = w->n_skip = 0;
    if (!w->is_live)
        return 0;
    buf_clear(&w->resume);
    position_print(c->position, &w->resume);
    return w->resume.is_failed ? err_nomem(err, "events") : 0;
}

static int on_commit(void *ctx, const struct commit *c, struct err *err)
{
    struct watch *w = ctx;

    if (look_at(w, c->origin, err) != 0)
        return -1;
    if (w->options->is_summary && summary_commit(&w->summary, c, is_counted(w), err) != 0)
        return -1;
    names_release(&w->names);
    if (!w->options->is_summary && roster_trim(&w->roster))
        w->shape = 0;
    if (keep_position(w, c, err) != 0)
        return -1;
    if (w->is_prompt)
        sink_flush(&w->sink);
    if (is_past_until(w, c) || is_at_end(w, c->origin->file, w->event_end))
        return done(w, err);
    return sink_is_broken(&w->sink) ? sink_check(&w->sink, err) : 0;
}

static int on_idle(void *ctx, struct err *err)
{
    struct watch *w = ctx;
    const struct bound *until = &w->options->until;

    sink_flush(&w->sink);
    if (until->kind == BOUND_TIME && clock_wall_us() >= until->time_us)
        return done(w, err);
    return sink_check(&w->sink, err);
}

struct reader_handler watch_handler(struct watch *w)
{
    return (struct reader_handler){.ctx = w,
                                   .on_event = on_event,
                                   .want_table = want_table,
                                   .on_change = on_change,
                                   .on_commit = on_commit,
                                   .on_ddl = on_ddl,
                                   .on_idle = on_idle};
}

void watch_resume(struct watch *w)
{
    w->n_skip = w->n_since;
    w->n_since = 0;
    w->shape = 0;
    roster_forget_layouts(&w->roster);
    w->summary.is_open = false;
    w->summary.open_rows = w->summary.open_bytes = 0;
}

int watch_finish(struct watch *w, struct err *err)
{
    sink_flush(&w->sink);
    if (sink_check(&w->sink, err) != 0)
        return -1;
    if (!w->options->is_summary)
        return 0;
    if ((w->options->is_json ? summary_print_json : summary_print)(&w->summary, &w->roster, err) !=
        0)
        return -1;
    if (fflush(stdout) != 0)
        return err_errno(err, "standard output");
    return 0;
}
