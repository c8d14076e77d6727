/* SPDX-License-Identifier: Apache-2.0 */
/* verify: look, look again, and judge. */
#include "cli/verify/verify.h"

#include <stdlib.h>

enum { ROUNDS = 3, PAUSE_MS = 2000 };

void verified_close(struct verified *v)
{
    buf_close(&v->reason);
    buf_close(&v->hint);
    buf_close(&v->position);
    suspects_close(&v->suspects);
}

size_t verified_held(const struct verified *v)
{
    size_t n = 0;

    for (size_t i = 0; i < v->suspects.n; i++)
        n += v->suspects.items[i].held != HELD_NOT;
    return n;
}

static size_t count(const struct verified *v, bool is_stable)
{
    size_t n = 0;

    for (size_t i = 0; i < v->suspects.n; i++)
        n += v->suspects.items[i].held == HELD_NOT && v->suspects.items[i].is_stable == is_stable;
    return n;
}

size_t verified_mismatches(const struct verified *v)
{
    return count(v, true);
}

static int compare_keys(const void *a, const void *b)
{
    const struct suspect *x = a, *y = b;
    int order = memcmp(x->key.bytes, y->key.bytes, sizeof(x->key.bytes));

    return order != 0 ? order : (int)x->is_twice - (int)y->is_twice;
}

/* Which rows are as they were in the look before? */
static void mark_stable(struct suspects *now, struct suspects *last)
{
    qsort(last->items, last->n, sizeof(*last->items), compare_keys);
    for (size_t i = 0; i < now->n; i++) {
        struct suspect *s = &now->items[i];
        const struct suspect *was =
            bsearch(s, last->items, last->n, sizeof(*last->items), compare_keys);

        s->is_stable = was != NULL && was->mysql == s->mysql && was->tab == s->tab &&
                       was->is_in_mysql == s->is_in_mysql && was->is_in_tab == s->is_in_tab;
    }
}

static void take_counts(struct verified *v, struct look *l)
{
    v->n_rows = l->n_mysql;
    v->n_keyless = l->n_keyless;
    v->n_twice = l->n_twice;
    v->n_unshown = l->n_unshown;
    v->n_marked = l->n_marked;
    v->keyless_row = l->keyless_row;
}

static void take_position(struct verified *v, struct look *l)
{
    buf_clear(&v->position);
    buf_puts(&v->position, buf_text(&l->position));
}

/* The rows that differed once more; *WAITED says whether the replicator has come so far. */
static int look_again(struct compare *c, struct place *place, int64_t wait_ms, struct verified *v,
                      enum compare_wait *waited, struct err *err)
{
    struct look look = {.c = c, .place = place, .wait_ms = wait_ms};
    struct suspects now = {0};
    int rc = verify_look(&look, &v->suspects, &now, err);

    if (rc == 0) {
        mark_stable(&now, &v->suspects);
        v->n_twice = look.n_twice;
        v->n_marked += look.n_marked;
        now.n_more = v->suspects.n_more;
        suspects_close(&v->suspects);
        v->suspects = now;
        now = (struct suspects){0};
        take_position(v, &look);
        *waited = look.waited;
    }
    suspects_close(&now);
    look_close(&look);
    return rc;
}

static void be_inconclusive(struct verified *v, const char *reason, const char *hint)
{
    v->verdict = VERIFY_INCONCLUSIVE;
    buf_puts(&v->reason, reason);
    buf_puts(&v->hint, hint);
}

/* Does the replicator keep this mapping equal at all? */
static bool is_streaming(const struct place *place)
{
    return strcmp(buf_text(&place->state), "streaming") == 0;
}

static void explain_state(struct verified *v, const struct place *place)
{
    CLEANUP_BUF struct buf reason = BUF_INIT;

    buf_printf(&reason, "rows differ, and the mapping is not followed now (state: %s)%s%s",
               place->is_known ? buf_text(&place->state) : "not started",
               place->error.len > 0 ? ": " : "", buf_text(&place->error));
    be_inconclusive(v, buf_text(&reason), "tabrelay status shows how each mapping is.");
}

static void judge(struct verified *v, const struct place *place, enum compare_wait waited)
{
    size_t n_differ = v->suspects.n - verified_held(v);

    if (n_differ == 0 && v->suspects.n_more == 0)
        v->verdict = VERIFY_MATCH;
    else if (waited == WAIT_NOT_RUNNING)
        be_inconclusive(v, "rows differ, and the replicator is not running",
                        "Start tabrelay-replicator.");
    else if (!is_streaming(place))
        explain_state(v, place);
    else if (waited == WAIT_BEHIND)
        be_inconclusive(v, "rows differ, and the replicator has not come to the position yet",
                        "tabrelay status shows how far it is; --wait waits longer.");
    else if (count(v, true) > 0)
        v->verdict = VERIFY_MISMATCH;
    else
        be_inconclusive(v, "rows keep changing", "Try again when less is written.");
}

static int run(struct compare *c, struct place *place, int64_t wait_ms, struct verified *v,
               struct err *err)
{
    struct look first = {.c = c, .place = place};
    enum compare_wait waited = WAIT_COVERED;
    int rc = verify_look(&first, NULL, &v->suspects, err);

    take_counts(v, &first);
    take_position(v, &first);
    look_close(&first);
    for (int round = 0; rc == 0 && round < ROUNDS && v->suspects.n > verified_held(v); round++) {
        if (round > 0 && (waited != WAIT_COVERED || count(v, false) == 0))
            break;
        stop_wait_ms(c->stop, PAUSE_MS);
        rc = look_again(c, place, wait_ms, v, &waited, err);
    }
    if (rc == 0)
        judge(v, place, waited);
    return rc;
}

static bool has_all_headers(const struct place *place, struct err *err)
{
    for (size_t i = 0; i < place->m.n_columns; i++)
        if (place->m.columns[i].sheet_column < 0) {
            err_set(err, ERR_GONE, "the tab has no column \"%s\"", place->m.columns[i].header);
            err_hint(err,
                     "The replicator adds it when it starts; tabrelay plan %s shows what it "
                     "would do.",
                     place->m.cfg->name);
            return false;
        }
    return true;
}

int verify_mapping(struct compare *c, const struct config_mapping *cfg, int64_t wait_ms,
                   struct verified *out, struct err *err)
{
    struct place place;
    int rc;

    *out = (struct verified){.mapping = cfg->name};
    rc = place_open(c, cfg, &place, err);
    if (rc == 0)
        rc = has_all_headers(&place, err) ? run(c, &place, wait_ms, out, err) : -1;
    place_close(&place);
    if (rc == 0)
        return 0;
    suspects_close(&out->suspects);
    be_inconclusive(out, err->msg, err->hint);
    return err->code == ERR_NOMEM ? -1 : 0;
}
