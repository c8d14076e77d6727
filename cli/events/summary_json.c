/* SPDX-License-Identifier: Apache-2.0 */
/* The summary as one JSON object. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/events/line.h"
#include "cli/events/summary_rows.h"
#include "common/cleanup.h"

enum { MICROS = 1000000 };

static void put_string(struct buf *out, const char *name, const char *text)
{
    buf_printf(out, ",\"%s\":", name);
    if (text[0] == '\0')
        buf_puts(out, "null");
    else
        buf_json(out, text, strlen(text));
}

static void put_time(struct buf *out, const char *name, int64_t time_us, bool is_exact)
{
    char text[LINE_TIME_SIZE] = "";

    if (time_us > 0)
        line_print_time(time_us, is_exact, text);
    put_string(out, name, text);
}

static void put_files(struct buf *out, const struct summary *s)
{
    buf_puts(out, "{\"files\":[");
    for (size_t i = 0; i < s->n_files; i++) {
        if (i > 0)
            buf_putc(out, ',');
        buf_json(out, s->files[i], strlen(s->files[i]));
    }
    buf_printf(out, "],\"bytes\":%" PRIu64, s->bytes);
}

static void put_types(struct buf *out, const struct summary *s)
{
    struct summary_type types[2 * SUMMARY_TYPES];
    size_t n = summary_types(s, types);

    buf_puts(out, ",\"events\":[");
    for (size_t i = 0; i < n; i++)
        buf_printf(out,
                   "%s{\"type\":\"%s\",\"in_payload\":%s,\"count\":%" PRIu64 ",\"bytes\":%" PRIu64
                   "}",
                   i > 0 ? "," : "", types[i].name, types[i].is_inner ? "true" : "false",
                   types[i].count->events, types[i].count->bytes);
    buf_putc(out, ']');
}

static int put_tables(struct buf *out, const struct roster *r, struct err *err)
{
    size_t n;
    CLEANUP_FREE struct roster_table **tables = summary_tables(r, &n);

    if (tables == NULL)
        return err_nomem(err, "events");
    buf_puts(out, ",\"tables\":[");
    for (size_t i = 0; i < n; i++) {
        const struct roster_table *t = tables[i];

        buf_puts(out, i > 0 ? ",{\"schema\":" : "{\"schema\":");
        buf_json(out, t->schema, strlen(t->schema));
        put_string(out, "table", t->name);
        buf_printf(out, ",\"insert\":%" PRIu64 ",\"update\":%" PRIu64 ",\"delete\":%" PRIu64 "}",
                   t->rows[CHANGE_INSERT], t->rows[CHANGE_UPDATE], t->rows[CHANGE_DELETE]);
    }
    buf_putc(out, ']');
    return 0;
}

static void put_largest(struct buf *out, const char *name, const struct summary_transaction *t)
{
    if (t->bytes == 0) {
        buf_printf(out, ",\"%s\":null", name);
        return;
    }
    buf_printf(out, ",\"%s\":{\"rows\":%" PRIu64 ",\"bytes\":%" PRIu64, name, t->rows, t->bytes);
    put_string(out, "gtid", buf_text(&t->gtid));
    put_string(out, "position", buf_text(&t->position));
    put_string(out, "time", buf_text(&t->time));
    buf_putc(out, '}');
}

static void put_transactions(struct buf *out, const struct summary *s)
{
    buf_printf(out, ",\"transactions\":{\"count\":%" PRIu64, s->n_transactions);
    put_time(out, "first", s->first_us, s->is_first_exact);
    put_time(out, "last", s->last_us, s->is_last_exact);
    buf_printf(out, ",\"seconds\":%.6f", (double)(s->last_us - s->first_us) / MICROS);
    put_largest(out, "largest_by_rows", &s->most_rows);
    put_largest(out, "largest_by_bytes", &s->most_bytes);
    buf_puts(out, "}}\n");
}

int summary_print_json(const struct summary *s, const struct roster *r, struct err *err)
{
    CLEANUP_BUF struct buf out = BUF_INIT;

    put_files(&out, s);
    put_types(&out, s);
    if (put_tables(&out, r, err) != 0)
        return -1;
    put_transactions(&out, s);
    if (out.is_failed)
        return err_nomem(err, "events");
    cli_print(&out);
    return 0;
}
