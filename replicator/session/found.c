/* SPDX-License-Identifier: Apache-2.0 */
/* found: edits that no trigger told, sent through the same door as every other edit
 * (docs/ARCHITECTURE.md). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "common/cell/cell_json.h"
#include "common/cleanup.h"
#include "common/clock.h"
#include "common/crypto.h"
#include "common/http/signed.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/planted.h"
#include "common/rowkey.h"
#include "replicator/session/session.h"

enum { POST_BYTES_MAX = 256 * 1024, POST_TIMEOUT_MS = 30000, KEY_MAX = 16 };

void found_close(struct found *f)
{
    buf_close(&f->edits);
    *f = (struct found){0};
}

static void put_name(struct buf *out, const char *name, const char *separator)
{
    buf_puts(out, separator);
    buf_json(out, name, strlen(name));
}

static void begin_edit(struct found *f, const char *kind, int64_t row)
{
    char id[37];

    crypto_uuid(id);
    if (f->n++ > 0)
        buf_putc(&f->edits, '\x1e'); /* cut here; becomes a comma */
    buf_printf(&f->edits, "{\"id\":\"%s\",\"kind\":\"%s\",\"time\":%" PRId64, id, kind,
               f->time_ms > 0 ? f->time_ms : clock_wall_ms());
    if (row >= 0)
        buf_printf(&f->edits, ",\"row\":%" PRId64, row + 1);
}

void found_upsert(struct found *f, const struct mapping *m, const struct grid *grid, int64_t row,
                  const bool *changed, const struct base_row *base)
{
    const char *separator = "";

    begin_edit(f, "upsert", row);
    if (f->is_initial)
        buf_puts(&f->edits, ",\"initial\":true");
    if (f->is_noted)
        buf_puts(&f->edits, ",\"noted\":true");
    buf_puts(&f->edits, ",\"edited\":[");
    for (size_t i = 0; i < m->n_columns; i++) {
        if (!changed[i])
            continue;
        put_name(&f->edits, m->columns[i].header, separator);
        separator = ",";
    }
    buf_puts(&f->edits, "],\"cells\":{");
    for (size_t i = 0; i < m->n_columns; i++) {
        put_name(&f->edits, m->columns[i].header, i > 0 ? "," : "");
        buf_putc(&f->edits, ':');
        cell_put_json(&f->edits, grid_at(grid, row, m->columns[i].sheet_column));
    }
    buf_puts(&f->edits, "},\"base\":{");
    separator = "";
    for (size_t i = 0; base != NULL && i < m->n_columns; i++) {
        uint64_t hash;

        if (!changed[i] ||
            !base_find(base->hashes, base->hashes_len, mapping_column_of(m, i)->name, &hash))
            continue;
        put_name(&f->edits, m->columns[i].header, separator);
        buf_printf(&f->edits, ":\"%016" PRIx64 "\"", hash);
        separator = ",";
    }
    buf_puts(&f->edits, "}}");
}

int found_delete(struct found *f, const struct mapping *m, const struct base_row *base,
                 struct err *err)
{
    CLEANUP_BUF struct buf bytes = BUF_INIT;
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    struct value key[KEY_MAX];

    if (rowkey_read(base->row_key, strlen(base->row_key), &bytes, key, m->n_key, err) != 0)
        return -1;
    begin_edit(f, "delete", -1);
    buf_puts(&f->edits, ",\"cells\":{");
    for (size_t k = 0; k < m->n_key; k++) {
        struct cell cell;

        buf_clear(&scratch);
        if (cell_from_value(mapping_column_of(m, m->key[k]), key[k], &scratch, &cell, err) != 0)
            return -1;
        put_name(&f->edits, m->columns[m->key[k]].header, k > 0 ? "," : "");
        buf_putc(&f->edits, ':');
        cell_put_json(&f->edits, &cell);
    }
    buf_printf(&f->edits, "},\"base\":{\"*\":\"%016" PRIx64 "\"}}",
               hash64(base->hashes, base->hashes_len));
    return 0;
}

void found_decide(struct found *f, int64_t conflict, int64_t changed_us)
{
    begin_edit(f, "decide", -1);
    buf_printf(&f->edits, ",\"conflict\":%" PRId64, conflict);
    if (changed_us > 0)
        buf_printf(&f->edits, ",\"changed\":%" PRId64 "}", changed_us / 1000);
    else
        buf_puts(&f->edits, ",\"changed\":null}");
}

void found_resolve(struct found *f, int64_t conflict)
{
    begin_edit(f, "resolve", -1);
    buf_printf(&f->edits, ",\"conflict\":%" PRId64 ",\"take\":\"mysql\"}", conflict);
}

static int compare_numbers(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;

    return x < y ? -1 : x > y;
}

void found_take_back(struct found *f, size_t *edits, size_t n)
{
    struct buf left = BUF_INIT;
    const char *at = buf_text(&f->edits), *end = at + f->edits.len;
    size_t done = 0;

    if (n == 0 || f->edits.is_failed)
        return;
    qsort(edits, n, sizeof(*edits), compare_numbers);
    for (size_t number = 1; at < end; number++) {
        const char *next = memchr(at, '\x1e', (size_t)(end - at));
        const char *stop = next == NULL ? end : next;

        if (done < n && edits[done] == number) {
            done++;
        } else {
            if (left.len > 0)
                buf_putc(&left, '\x1e');
            buf_append(&left, at, (size_t)(stop - at));
        }
        at = next == NULL ? end : next + 1;
    }
    buf_close(&f->edits);
    f->edits = left;
    f->n -= done;
}

static int post(struct session *s, const struct mapping *m, const char *edits, size_t len,
                struct err *err)
{
    CLEANUP_BUF struct buf body = BUF_INIT;
    struct http_answer answer = HTTP_ANSWER_INIT;
    int rc;

    buf_puts(&body, "{\"version\":1,\"spreadsheet\":");
    buf_json(&body, m->cfg->spreadsheet, strlen(m->cfg->spreadsheet));
    buf_printf(&body, ",\"sheet_id\":%" PRId64 ",\"tab\":", m->sheet_id);
    buf_json(&body, m->cfg->tab, strlen(m->cfg->tab));
    buf_puts(&body, ",\"editor\":\"\",\"source\":\"found\",\"edits\":[");
    for (size_t i = 0; i < len; i++)
        buf_putc(&body, edits[i] == '\x1e' ? ',' : edits[i]);
    buf_puts(&body, "],\"changes\":[]}");
    rc = signed_post(s->webhook, &s->cfg->webhook, &body, POST_TIMEOUT_MS, &answer, err);
    http_answer_close(&answer);
    return rc == 0 ? 0 : err_wrap(err, "webhook: mapping %s", m->cfg->name);
}

int found_post(struct session *s, const struct mapping *m, struct found *f, struct err *err)
{
    const char *at = buf_text(&f->edits), *end = at + f->edits.len;

    if (planted(2))
        return 0;
    if (f->edits.is_failed)
        return err_nomem(err, "found");
    while (at < end) {
        const char *stop = at, *next;

        /* As many whole edits as fit; JSON text never holds the separator itself. */
        do {
            next = memchr(stop + 1, '\x1e', (size_t)(end - stop) - 1);
            stop = next == NULL ? end : next;
        } while (stop < end && stop - at < POST_BYTES_MAX);
        if (lease_check(s->lease, s->grant.token, s->stop, err) != 0 ||
            post(s, m, at, (size_t)(stop - at), err) != 0)
            return -1;
        at = stop < end ? stop + 1 : end;
    }
    metrics_add(METRIC_FOUND_EDITS, (int64_t)f->n, session_place(s, m));
    if (f->n > 0)
        log_info("reconcile: edits found and sent mapping=%s edits=%zu", m->cfg->name, f->n);
    return 0;
}
