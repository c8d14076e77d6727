/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/families.h"

#include <stdlib.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "replicator/session/open_mapping.h"

/* A look that found nothing is not repeated at once: it takes a twentieth of the time at most.
 * Values that got no tab may be fewer by now. */
enum { LOOK_MS = 1000, LOOK_SHARE = 20, RETRY_MS = 30000 };

static int refuse(const struct family *f, size_t n_more, struct err *err)
{
    err_set(err, ERR_FULL,
            "mapping %s: column %s has %s%zu values without a tab, and %zu tabs; more than "
            "tabs_limit (%u) are not made",
            f->cfg->name, f->cfg->tabs_by, n_more > f->cfg->tabs_limit ? "more than " : "",
            n_more > f->cfg->tabs_limit ? (size_t)f->cfg->tabs_limit : n_more, family_count(f),
            f->cfg->tabs_limit);
    return err_hint(err, "Raise tabs_limit (Google allows 200 tabs in a spreadsheet), leave values "
                         "out with where, or name another column.");
}

static int add(struct session *s, const struct family *f, const struct db_rows *rows,
               struct err *err)
{
    for (size_t r = 0; r < rows->n_rows; r++) {
        CLEANUP_BUF struct buf scratch = BUF_INIT;
        struct value v =
            column_canonical(&f->table->columns[f->column], db_rows_at(rows, r, 0), &scratch);

        if (state_add_member(&s->state, f->cfg, v, err) != 0)
            return -1;
    }
    return 0;
}

/* Values without a tab get one: all of them, in a transaction that only the lease's holder commits.
 */
static int look(struct session *s, const struct family *f, bool *is_new, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    if (family_look(s->state.db, f, &rows, err) != 0)
        return -1;
    if (rows.n_rows == 0)
        return 0;
    if (rows.n_rows + family_count(f) > f->cfg->tabs_limit)
        return refuse(f, rows.n_rows, err);
    if (state_ack_begin(&s->state, err) != 0)
        return -1;
    if (add(s, f, &rows, err) != 0) {
        state_ack_abort(&s->state);
        return -1;
    }
    *is_new = true;
    return state_ack_commit(&s->state, err);
}

static void show_refused(const struct session *s)
{
    int64_t n = 0;

    for (size_t i = 0; i < s->n_families; i++)
        n += s->families[i].has_problem;
    metrics_set(METRIC_FAMILIES_REFUSED, n);
}

/* What is wrong with the family, or nothing: its tabs go on as they are. */
static int tell(struct session *s, struct follow_family *ff, const struct err *problem,
                struct err *err)
{
    bool has_problem = problem->code != ERR_NONE;

    if (has_problem && !open_mapping_is_own(problem)) {
        *err = *problem;
        return -1;
    }
    if (has_problem && !ff->has_problem)
        log_err(LOG_WARN, "family", problem);
    ff->has_problem = has_problem;
    show_refused(s);
    return state_save_family(&s->state, ff->family.cfg->name, has_problem ? problem : NULL, err);
}

static int open_one(struct session *s, size_t i, struct err *err)
{
    struct follow_family *ff = &s->families[i];
    struct err problem = ERR_INIT;
    bool is_new = false;

    ff->retry_ms = clock_mono_ms() + RETRY_MS;
    if (family_open(s->state.db, s->cfg, i, &ff->family, &problem) != 0)
        s->has_broken = true; /* which is tried again, too */
    else
        (void)look(s, &ff->family, &is_new, &problem);
    return tell(s, ff, &problem, err);
}

/* Who looks for values that are not among other members than there are would find them again. */
static int check_members(struct session *s, struct err *err)
{
    uint64_t version = 0;

    if (state_member_version(&s->state, &version, err) != 0)
        return -1;
    if (version == s->cfg->members_version)
        return 0;
    s->must_renew = true;
    stop_ask_renewal();
    return err_set(err, ERR_STOPPED, "session: values have got tabs");
}

int families_open(struct session *s, struct err *err)
{
    show_refused(s);
    if (s->cfg->n_families == 0)
        return 0;
    if (check_members(s, err) != 0)
        return -1;
    s->families = calloc(s->cfg->n_families, sizeof(*s->families));
    if (s->families == NULL)
        return err_nomem(err, "session");
    for (size_t i = 0; i < s->cfg->n_families; i++) {
        s->n_families++;
        if (open_one(s, i, err) != 0)
            return -1;
    }
    return check_members(s, err);
}

void families_close(struct session *s)
{
    for (size_t i = 0; i < s->n_families; i++)
        family_close(&s->families[i].family);
    free(s->families);
    s->families = NULL;
    s->n_families = 0;
}

void families_doubt(struct session *s, size_t i)
{
    if (s->families[i].is_due || s->families[i].family.table == NULL)
        return; /* without its table it is never looked at, and must not be waited for */
    s->families[i].is_due = true;
    s->families[i].since = s->cause;
}

void families_doubt_of(struct session *s, const struct config_mapping *cfg)
{
    for (size_t i = 0; i < s->n_families; i++)
        if (cfg->family == s->families[i].family.cfg->name)
            families_doubt(s, i);
}

/* Behind a mark: what the stream has shown is there by then. */
static int step_one(struct session *s, struct follow_family *ff, struct err *err)
{
    int64_t began_ms = clock_mono_ms(), took_ms;
    struct err problem = ERR_INIT;
    bool is_new = false;
    uint64_t serial;

    ff->is_due = false;
    s->own_commits++;
    if (state_mark(&s->state, &serial, err) != 0)
        return -1;
    (void)look(s, &ff->family, &is_new, &problem);
    took_ms = clock_mono_ms() - began_ms;
    ff->not_before_ms =
        clock_mono_ms() + (took_ms * LOOK_SHARE > LOOK_MS ? took_ms * LOOK_SHARE : LOOK_MS);
    ff->retry_ms = clock_mono_ms() + RETRY_MS;
    /* Not settled: its row is on its way to all tabs of the family, and none of them has it. From
     * the checkpoint on it is for its own alone. */
    if (is_new)
        session_restart(s, "a new value gets a tab");
    if ((problem.code != ERR_NONE) == ff->has_problem)
        return 0;
    s->own_commits++;
    return tell(s, ff, &problem, err);
}

static bool is_due(const struct follow_family *ff, int64_t now)
{
    return ff->family.table != NULL && now >= ff->not_before_ms &&
           (ff->is_due || (ff->has_problem && now >= ff->retry_ms));
}

int families_step(struct session *s, struct err *err)
{
    for (size_t i = 0; i < s->n_families; i++) {
        struct follow_family *ff = &s->families[i];

        if (is_due(ff, clock_mono_ms()) && step_one(s, ff, err) != 0)
            return -1;
    }
    return 0;
}
