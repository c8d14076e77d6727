/* SPDX-License-Identifier: Apache-2.0 */
/*
 * repair: bring rows that differ in order.
 *
 * By what MySQL has: the replicator is asked to write these rows again (a signal). By what the tab
 * shows: its cells are sent as edits, through the webhook. Nothing is deleted in MySQL here.
 */
#include <inttypes.h>
#include <string.h>

#include "cli/post.h"
#include "cli/show.h"
#include "cli/verify/verify.h"
#include "common/cell/cell_json.h"
#include "common/json.h"

enum { KEYS_PER_SIGNAL = 1000, EDITS_PER_REQUEST = 100, BYTES_PER_REQUEST = 512 * 1024 };

/* Of two rows with one key only a person knows which is meant. */
static bool is_mismatch(const struct suspect *s)
{
    return s->held == HELD_NOT && s->is_stable && !s->is_twice;
}

/* --- what it would do --- */

static const char *explain(const struct suspect *s, bool by_mysql)
{
    if (by_mysql)
        return s->is_in_mysql ? "the tab gets what MySQL has"
                              : "leaves the tab: MySQL has no such row";
    return s->is_in_tab ? "MySQL gets what the tab shows"
                        : "stays in MySQL: the tab has no such row, and a delete is for "
                          "tabrelay deletes approve";
}

static void describe(const struct verified *v, bool by_mysql, struct buf *told)
{
    for (size_t i = 0; i < v->suspects.n; i++) {
        if (!is_mismatch(&v->suspects.items[i]))
            continue;
        buf_puts(told, "  would repair: key ");
        show_key(told, v->suspects.items[i].row_key);
        buf_printf(told, ": %s\n", explain(&v->suspects.items[i], by_mysql));
    }
}

/* --- by what MySQL has --- */

static int send_signal(struct compare *c, const char *mapping, struct buf *keys, struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(mapping), DB_P_TEXT(buf_text(keys))};

    if (keys->is_failed)
        return err_nomem(err, "repair");
    return state_run(&c->state,
                     "INSERT INTO @.signals (kind, mapping, reason, row_keys, created_at) "
                     "VALUES ('repair', ?, 'tabrelay verify --repair', ?, UTC_TIMESTAMP(3))",
                     params, 2, NULL, err);
}

static int repair_tab(struct compare *c, const struct verified *v, size_t *n, struct err *err)
{
    CLEANUP_BUF struct buf keys = BUF_INIT;
    size_t in_signal = 0;

    for (size_t i = 0; i < v->suspects.n; i++) {
        if (is_mismatch(&v->suspects.items[i])) {
            buf_printf(&keys, "%c%s", in_signal == 0 ? '[' : ',', v->suspects.items[i].row_key);
            in_signal++;
            (*n)++;
        }
        if (in_signal == 0 || (in_signal < KEYS_PER_SIGNAL && i + 1 < v->suspects.n))
            continue;
        buf_putc(&keys, ']');
        if (send_signal(c, v->mapping, &keys, err) != 0)
            return -1;
        buf_clear(&keys);
        in_signal = 0;
    }
    return 0;
}

/* --- by what the tab shows --- */

struct sending {
    struct compare *c;
    const struct mapping *m;
    struct buf edits;
    size_t in_request, n_sent, n_refused;
    struct buf *told;
};

static void take_answer(struct sending *s, const cJSON *answer)
{
    const cJSON *result;

    cJSON_ArrayForEach(result, json_get(answer, "results"))
    {
        const char *message = json_text(result, "message", "");

        s->n_sent++;
        if (strcmp(json_text(result, "outcome", ""), "rejected") != 0)
            continue;
        s->n_refused++;
        buf_printf(s->told, "  refused: row %lld of the tab: ", json_int(result, "row", 0));
        show_text(s->told, message, strlen(message), SHOW_LONG);
        buf_putc(s->told, '\n');
    }
}

static int send_edits(struct sending *s, struct err *err)
{
    CLEANUP_JSON cJSON *answer = NULL;

    if (s->in_request == 0)
        return 0;
    if (post_send(s->c->config, s->m->cfg->name, &s->edits, NULL, &answer, err) != 0)
        return -1;
    take_answer(s, answer);
    buf_clear(&s->edits);
    s->in_request = 0;
    return 0;
}

static bool is_edited(const struct mapping *m, const struct difference *d, size_t i)
{
    const struct cell *cell = cells_at(m, d->grid, d->row, i);

    if (d->mysql == NULL)
        return cell->type != CELL_BLANK;
    return m->columns[i].to_mysql && cells_is_compared(m, i) &&
           cells_differ(m, i, cell, d->mysql[i]);
}

static void put_header(struct buf *out, const char *header, size_t *n)
{
    if ((*n)++ > 0)
        buf_putc(out, ',');
    buf_json(out, header, strlen(header));
}

static void put_edit(struct sending *s, const struct difference *d)
{
    const struct mapping *m = s->m;
    size_t n = 0;

    post_begin(&s->edits, "upsert");
    buf_printf(&s->edits, ",\"force\":true,\"row\":%" PRId64 ",\"edited\":[", d->row + 1);
    for (size_t i = 0; i < m->n_columns; i++)
        if (is_edited(m, d, i))
            put_header(&s->edits, m->columns[i].header, &n);
    buf_puts(&s->edits, "],\"cells\":{");
    n = 0;
    for (size_t i = 0; i < m->n_columns; i++) {
        put_header(&s->edits, m->columns[i].header, &n);
        buf_putc(&s->edits, ':');
        cell_put_json(&s->edits, cells_at(m, d->grid, d->row, i));
    }
    buf_puts(&s->edits, "}}");
    s->in_request++;
}

static int take(struct look *l, const struct difference *d, struct err *err)
{
    struct sending *s = l->context;

    if (d->grid == NULL || d->is_twice)
        return 0;
    put_edit(s, d);
    if (s->in_request < EDITS_PER_REQUEST && s->edits.len < BYTES_PER_REQUEST)
        return 0;
    return send_edits(s, err);
}

static int list_keys(const struct verified *v, struct key_list *out, struct err *err)
{
    for (size_t i = 0; i < v->suspects.n; i++) {
        const struct suspect *s = &v->suspects.items[i];

        if (is_mismatch(s) && s->is_in_tab && key_list_add(out, s->key, s->row_key) != 0)
            return err_nomem(err, "repair");
    }
    return 0;
}

/* What the tab shows now, not what it showed in the last look. */
static int send_rows(struct sending *s, struct place *place, const struct key_list *keys,
                     struct err *err)
{
    struct look look = {.c = s->c, .place = place, .only = keys, .tell = take, .context = s};
    int rc = look_run(&look, err);

    look_close(&look);
    return rc == 0 ? send_edits(s, err) : -1;
}

static int repair_mysql(struct compare *c, const struct config_mapping *cfg,
                        const struct verified *v, size_t *n, struct buf *told, struct err *err)
{
    struct sending s = {.c = c, .told = told};
    struct key_list keys = {0};
    struct place place;
    int rc = place_open(c, cfg, &place, err);

    s.m = &place.m;
    if (rc == 0)
        rc = list_keys(v, &keys, err);
    if (rc == 0 && keys.n > 0)
        rc = send_rows(&s, &place, &keys, err);
    *n = s.n_sent - s.n_refused;
    buf_close(&s.edits);
    key_list_close(&keys);
    place_close(&place);
    return rc;
}

int repair_run(struct compare *c, const struct config_mapping *cfg, const struct verified *v,
               const char *side, bool is_dry, struct buf *told, struct err *err)
{
    bool by_mysql = strcmp(side, "mysql") == 0;
    size_t n = 0;

    if (is_dry) {
        describe(v, by_mysql, told);
        return 0;
    }
    if ((by_mysql ? repair_tab(c, v, &n, err) : repair_mysql(c, cfg, v, &n, told, err)) != 0)
        return -1;
    buf_printf(told, "  repair by what %s has: %zu rows sent\n", by_mysql ? "MySQL" : "the tab", n);
    return 0;
}
