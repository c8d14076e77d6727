/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every event that real servers wrote, cut to every shorter length and with single bytes changed,
 * after what came before it in its transaction.
 *
 * Each goes into an allocation of its own size, so that AddressSanitizer sees a read of one byte
 * too many, and into a decoder of its own. Of events above 4 kB every 61st length is tried beyond.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "replicator/binlog/dispatch.h"
#include "tests/unit/recording.h"

enum { WHOLE_BYTES = 4096, STEP_BEYOND = 61, END = 0x1e /* of a line that is heard */ };

static struct err err;

/* --- what the handler heard, as text --- */

static struct buf heard;

static int want_table(void *ctx, const char *schema, const char *name, struct table_wish *out,
                      struct err *e)
{
    (void)ctx;
    (void)schema;
    (void)name;
    (void)e;
    out->is_as_logged = true;
    return 0;
}

/* Reads every byte of every value. */
static void tell_row(const struct table *t, const struct value *values)
{
    for (size_t i = 0; values != NULL && i < t->n_columns; i++) {
        buf_printf(&heard, " %d:", values[i].state);
        if (values[i].state == VALUE_TEXT)
            buf_append(&heard, values[i].ptr, values[i].len);
    }
}

static int on_change(void *ctx, const struct change *c, struct err *e)
{
    (void)ctx;
    (void)e;
    buf_printf(&heard, "%d %s", c->type, c->table->name);
    tell_row(c->table, c->before);
    tell_row(c->table, c->after);
    buf_putc(&heard, END);
    return 0;
}

static int on_commit(void *ctx, const struct commit *c, struct err *e)
{
    (void)ctx;
    (void)e;
    buf_printf(&heard, "commit %s%c", c->origin->gtid, END);
    return 0;
}

static int on_ddl(void *ctx, const struct ddl *d, struct err *e)
{
    (void)ctx;
    (void)e;
    buf_printf(&heard, "ddl %d %s %s%c", d->kind, d->schema, d->table, END);
    return 0;
}

static int on_idle(void *ctx, struct err *e)
{
    (void)ctx;
    (void)e;
    return 0;
}

static const struct reader_handler handler = {.want_table = want_table,
                                              .on_change = on_change,
                                              .on_commit = on_commit,
                                              .on_ddl = on_ddl,
                                              .on_idle = on_idle};

/* --- one event after its context --- */

struct decoder {
    struct dispatch *dispatch;
    struct position *position;
};

static struct decoder decoder_new(void)
{
    struct decoder d = {0};

    assert_int_equal(position_parse("file:x:4", &d.position, &err), 0);
    assert_int_equal(dispatch_new(&handler, d.position, &d.dispatch, &err), 0);
    return d;
}

static void decoder_free(struct decoder *d)
{
    dispatch_free(d->dispatch);
    position_free(d->position);
}

/* Give BYTES instead of event I, after the head of the log, which takes back what an event before
 * has done to the format, and I's transaction up to I. HEARD is what comes of it. */
static int give(struct decoder *d, const struct recording *r, size_t i, const uint8_t *bytes,
                size_t len)
{
    if (i > 0)
        dispatch_event(d->dispatch, r->events[0].bytes, r->events[0].len, &err);
    for (size_t k = r->events[i].first; k < i; k++)
        dispatch_event(d->dispatch, r->events[k].bytes, r->events[k].len, &err);
    buf_clear(&heard);
    err = ERR_INIT;
    return dispatch_event(d->dispatch, bytes, len, &err);
}

/* Are the lines of PART lines of WHOLE, in order? */
static bool is_part(const struct buf *part, const struct buf *whole)
{
    const char *at = part->ptr, *in = whole->ptr;
    size_t left = whole->len;

    while (at < part->ptr + part->len) {
        const char *line_end = memchr(at, END, (size_t)(part->ptr + part->len - at));
        size_t n = (size_t)(line_end - at) + 1;
        const char *found = left == 0 ? NULL : memmem(in, left, at, n);

        if (found == NULL)
            return false;
        left -= (size_t)(found - in) + n;
        in = found + n;
        at += n;
    }
    return true;
}

/* A statement that is cut is another statement, and only the checksum knows; of everything else
 * nothing may be told that the whole event does not tell. */
static void check_cut(const struct recorded_event *e, const struct buf *whole, size_t len, int rc)
{
    if (rc != 0 && (err.code == ERR_NONE || err.msg[0] == '\0'))
        fail_msg("type %u cut to %zu of %zu: an error without words", e->type, len, e->len);
    if (len < EVENT_HEADER_BYTES && rc == 0)
        fail_msg("type %u: a header of %zu bytes is taken", e->type, len);
    if (e->type == EVENT_QUERY || e->type == EVENT_QUERY_COMPRESSED)
        return;
    if (!is_part(&heard, whole))
        fail_msg("type %u cut to %zu of %zu tells what is not there:\n%s\ninstead of\n%s", e->type,
                 len, e->len, buf_text(&heard), buf_text(whole));
}

static void cut_event(const struct recording *r, size_t i)
{
    const struct recorded_event *e = &r->events[i];
    CLEANUP_BUF struct buf whole = BUF_INIT;
    struct decoder d = decoder_new();

    give(&d, r, i, e->bytes, e->len);
    buf_append(&whole, heard.ptr, heard.len);
    for (size_t len = 0; len < e->len; len += len < WHOLE_BYTES ? 1 : STEP_BEYOND) {
        uint8_t *cut = malloc(len);
        int rc;

        memcpy(cut, e->bytes, len);
        if (len >= EVENT_HEADER_BYTES)
            recording_set_length(cut, len);
        rc = give(&d, r, i, cut, len);
        check_cut(e, &whole, len, rc);
        free(cut);
    }
    decoder_free(&d);
}

/* --- every recording --- */

static void with_recordings(void (*function)(const struct recording *r))
{
    glob_t found;

    if (glob("tests/unit/binlog/*.binlog", 0, NULL, &found) != 0)
        fail_msg("no recordings: run from the project's folder");
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct recording r = recording_open(found.gl_pathv[i]);

        function(&r);
        recording_close(&r);
    }
    assert_true(found.gl_pathc >= 8);
    globfree(&found);
}

static void cut_all(const struct recording *r)
{
    for (size_t i = 0; i < r->n_events; i++)
        cut_event(r, i);
}

static void an_event_cut_short_tells_nothing_that_it_does_not_hold(void **state)
{
    (void)state;
    with_recordings(cut_all);
}

/* Of each type the first and the largest up to a kilobyte. */
static bool is_sample(const struct recording *r, size_t i)
{
    const struct recorded_event *e = &r->events[i];
    bool is_first = true, is_largest = true;

    if (e->len > 1024)
        return false;
    for (size_t k = 0; k < r->n_events; k++) {
        const struct recorded_event *other = &r->events[k];

        if (other->type != e->type || k == i || other->len > 1024)
            continue;
        is_first = is_first && k > i;
        is_largest = is_largest && (other->len < e->len || (other->len == e->len && k > i));
    }
    return is_first || is_largest;
}

static void change_event(const struct recording *r, size_t i)
{
    static const uint8_t masks[] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff};
    struct decoder d = decoder_new();
    uint8_t *bytes = r->events[i].bytes;

    for (size_t at = 0; at < r->events[i].len; at++)
        for (size_t m = 0; m < sizeof(masks); m++) {
            bytes[at] ^= masks[m];
            give(&d, r, i, bytes, r->events[i].len);
            bytes[at] ^= masks[m];
        }
    decoder_free(&d);
}

static void change_sample(const struct recording *r)
{
    for (size_t i = 0; i < r->n_events; i++)
        if (is_sample(r, i))
            change_event(r, i);
}

static void a_changed_byte_never_crashes(void **state)
{
    (void)state;
    with_recordings(change_sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_cut_short_tells_nothing_that_it_does_not_hold),
        cmocka_unit_test(a_changed_byte_never_crashes),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);

    buf_close(&heard);
    return rc;
}
