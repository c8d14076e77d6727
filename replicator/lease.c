/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/lease.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/crypto.h"
#include "common/hash.h"
#include "common/holder.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/mysql/db.h"
#include "common/mysql/table.h"
#include "common/pulse.h"

enum {
    IDLE_S = 3, /* a worker that lives is not silent for so long within a transaction */
    MARK_WAIT_S = 5,
    LOOK_MS = 500, /* between two looks at another's lease */
    BACKOFF_MS = 250,
    BACKOFF_MAX_MS = 2000,
    READ_TIMEOUT_S = 5,
    VERDICT_MS = 10000, /* lease_check waits so long for a renewal */
    TICK_MS = 200,
    EXPIRY_SIZE = 32,
    NO_SUCH_TABLE = 1146,
    NO_SUCH_THREAD = 1094,
    LOCK_WAIT_TIMEOUT = 1205,
};

/* Another's lease as the row says it, and since when it has said so. */
struct sight {
    uint64_t token;
    char expires_at[EXPIRY_SIZE];
    int64_t since_ms; /* CLOCK_BOOTTIME */
    struct holder holder;
    bool is_released;
};

struct lease {
    const struct config *cfg;
    struct stop *stop; /* owned: the thread's own, for it runs longer than the worker */
    pthread_t thread;
    struct db *db; /* the thread's */
    struct sight sight;
    uint64_t told; /* the token of another's lease that was logged */

    pthread_mutex_t lock;   /* guards what follows */
    pthread_cond_t changed; /* on CLOCK_MONOTONIC */
    struct lease_grant grant;
    int64_t until_ms;     /* CLOCK_BOOTTIME: Google may be written to until then */
    struct holder holder; /* who holds it, as last seen; name "": not known */
    unsigned commits;
};

/* --- the row --- */

static int connect_state(struct lease *l, struct err *err)
{
    CLEANUP_BUF struct buf use = BUF_INIT;

    buf_puts(&use, "USE ");
    table_quote(&use, l->cfg->mysql.state_database);
    if (use.is_failed)
        return err_nomem(err, "lease");
    if (db_open_within(&l->cfg->mysql, READ_TIMEOUT_S, &l->db, err) != 0 ||
        db_exec(l->db, use.ptr, NULL, err) != 0)
        return -1;
    /* An acknowledgement locks the row for as long as it takes. */
    return db_exec(l->db, "SET SESSION innodb_lock_wait_timeout = 1", NULL, err);
}

static int read_row(struct lease *l, bool *is_there, struct sight *out, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct db_param params[] = {DB_P_TEXT(l->cfg->instance)};

    if (db_run(l->db,
               "SELECT holder, token, expires_at, expires_at <= '1970-01-02' FROM lease WHERE "
               "instance = ?",
               params, 1, &rows, err) != 0)
        return -1;
    *is_there = rows.n_rows > 0;
    if (!*is_there)
        return 0;
    *out = (struct sight){.token = (uint64_t)db_rows_int(&rows, 0, 1),
                          .is_released = db_rows_int(&rows, 0, 3) != 0,
                          .since_ms = clock_boot_ms()};
    snprintf(out->expires_at, sizeof(out->expires_at), "%s", db_rows_text(&rows, 0, 2));
    holder_parse(db_rows_text(&rows, 0, 0), &out->holder);
    return 0;
}

/* A first row, which is free. */
static int make_row(struct lease *l, struct err *err)
{
    struct db_param params[] = {DB_P_TEXT(l->cfg->instance)};

    return db_run(l->db,
                  "INSERT IGNORE INTO lease (instance, holder, token, expires_at) "
                  "VALUES (?, '', 0, '1970-01-01')",
                  params, 1, NULL, err);
}

/* The row, made first where there is none. */
static int find_row(struct lease *l, struct sight *out, struct err *err)
{
    bool is_there;

    if (read_row(l, &is_there, out, err) != 0)
        return -1;
    if (is_there)
        return 0;
    if (make_row(l, err) != 0 || read_row(l, &is_there, out, err) != 0)
        return -1;
    return is_there ? 0 : err_set(err, ERR_MYSQL, "lease: its row cannot be made");
}

/* --- the worker's connection of a holder that is gone --- */

enum { LOCK_NAME_SIZE = 40 };

/* Names are the whole server's, and at most 64 characters long: a hash says which state database's
 * instance it is. */
static void lock_name(const struct lease *l, char out[LOCK_NAME_SIZE])
{
    CLEANUP_BUF struct buf text = BUF_INIT;

    buf_printf(&text, "%s/%s", l->cfg->mysql.state_database, l->cfg->instance);
    snprintf(out, LOCK_NAME_SIZE, "tabrelay:%016" PRIx64, hash64(buf_text(&text), text.len));
}

int lease_mark(struct lease *l, struct db *db, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    char name[LOCK_NAME_SIZE];

    lock_name(l, name);
    const struct db_param params[] = {DB_P_TEXT(name), DB_P_INT(MARK_WAIT_S)};

    if (db_run(db, "SELECT GET_LOCK(?, ?)", params, 2, &rows, err) != 0)
        return -1;
    if (db_rows_int(&rows, 0, 0) != 1)
        log_warn("lease: the lock %s is another connection's", name);
    return 0;
}

/* Columns of SHOW PROCESSLIST, which shows everybody the connections of their own user. */
enum { PROCESS_ID = 0, PROCESS_COMMAND = 4, PROCESS_SECONDS = 5 };

static bool is_idle(const struct db_rows *processes, int64_t id)
{
    for (size_t r = 0; r < processes->n_rows; r++)
        if (db_rows_int(processes, r, PROCESS_ID) == id)
            return strcmp(db_rows_text(processes, r, PROCESS_COMMAND), "Sleep") == 0 &&
                   db_rows_int(processes, r, PROCESS_SECONDS) >= IDLE_S;
    return false;
}

/* Not one that is at work: a long acknowledgement keeps the lease from being renewed, too. */
static int end_idle_worker(struct lease *l, struct err *err)
{
    CLEANUP_ROWS struct db_rows lock = DB_ROWS_INIT, processes = DB_ROWS_INIT;
    char name[LOCK_NAME_SIZE], kill[64];
    int64_t id;

    lock_name(l, name);
    const struct db_param params[] = {DB_P_TEXT(name)};

    if (db_run(l->db, "SELECT IS_USED_LOCK(?)", params, 1, &lock, err) != 0 ||
        db_exec(l->db, "SHOW PROCESSLIST", &processes, err) != 0)
        return -1;
    id = db_rows_int(&lock, 0, 0);
    if (id == 0 || !is_idle(&processes, id))
        return 0;
    log_warn("lease: ending the connection of its holder, which is silent connection=%" PRId64, id);
    snprintf(kill, sizeof(kill), "KILL CONNECTION %" PRId64, id);
    if (db_exec(l->db, kill, NULL, err) == 0 || err->detail == NO_SUCH_THREAD)
        return 0;
    return -1;
}

/* Why the lease may be taken from its holder; NULL: it may not. */
static const char *reason_to_take(const struct sight *s)
{
    int64_t age_ms = clock_boot_ms() - s->since_ms;

    if (s->is_released)
        return "it was released";
    if (holder_is_self(&s->holder))
        return "it was this process's own";
    if (holder_is_dead(&s->holder))
        return "its process has ended";
    if (age_ms >= LEASE_WAIT_MS)
        return "it was not renewed";
    return NULL;
}

static void hold(struct lease *l, const struct lease_grant *grant, const struct holder *self,
                 int64_t begun_ms)
{
    LOCK_SCOPE(&l->lock);
    l->grant = *grant;
    l->holder = *self;
    l->until_ms = begun_ms + LEASE_HOLD_MS;
    l->commits++;
    pthread_cond_broadcast(&l->changed);
}

/* Unless somebody else was faster, or its holder lives after all. */
static int take(struct lease *l, const struct sight *from, const char *reason, struct err *err)
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    struct lease_grant grant = {.token = from->token + 1, .owner = from->holder.owner};
    struct holder self;
    int64_t begun_ms = clock_boot_ms();

    while (grant.owner == 0)
        crypto_random(&grant.owner, sizeof(grant.owner));
    holder_self(&self);
    self.owner = grant.owner;
    holder_print(&self, &text);
    if (text.is_failed)
        return err_nomem(err, "lease");
    const struct db_param params[] = {DB_P_TEXT(buf_text(&text)), DB_P_INT(LEASE_WAIT_MS * 1000),
                                      DB_P_TEXT(l->cfg->instance), DB_P_INT((int64_t)from->token),
                                      DB_P_TEXT(from->expires_at)};

    if (db_run(l->db,
               "UPDATE lease SET holder = ?, token = token + 1, "
               "expires_at = UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND "
               "WHERE instance = ? AND token = ? AND expires_at = ?",
               params, 5, NULL, err) != 0)
        return err->detail == LOCK_WAIT_TIMEOUT ? 0 : -1; /* its worker is at work */
    if (db_affected_rows(l->db) == 0)
        return 0;
    hold(l, &grant, &self, begun_ms);
    l->told = 0;
    metrics_set(METRIC_LEASE_HELD, 1);
    metrics_add(METRIC_LEASE_TAKEN, 1);
    log_info("lease: taken instance=%s token=%" PRIu64 " holder=%s before=%s reason=\"%s\"",
             l->cfg->instance, grant.token, self.name,
             from->holder.name[0] == '\0' ? "-" : from->holder.name, reason);
    return 0;
}

static void tell_waiting(struct lease *l)
{
    const struct sight *s = &l->sight;

    pthread_mutex_lock(&l->lock);
    l->holder = s->holder;
    pthread_mutex_unlock(&l->lock);
    if (l->told == s->token)
        return;
    l->told = s->token;
    log_warn("lease: another replicator runs this instance; waiting instance=%s holder=%s since=%s",
             l->cfg->instance, s->holder.name, s->holder.since[0] == '\0' ? "-" : s->holder.since);
}

static int try_take(struct lease *l, struct err *err)
{
    struct sight now = {0};
    const char *reason;

    if (find_row(l, &now, err) != 0)
        return -1;
    if (now.token == l->sight.token && strcmp(now.expires_at, l->sight.expires_at) == 0)
        now.since_ms = l->sight.since_ms;
    l->sight = now;
    reason = reason_to_take(&now);
    if (reason != NULL)
        return !now.is_released && end_idle_worker(l, err) != 0 ? -1 : take(l, &now, reason, err);
    tell_waiting(l);
    return 0;
}

static void lose(struct lease *l, const struct sight *now)
{
    log_error("lease: lost: another replicator has taken over this instance instance=%s holder=%s "
              "since=%s",
              l->cfg->instance, now->holder.name[0] == '\0' ? "-" : now->holder.name,
              now->holder.since[0] == '\0' ? "-" : now->holder.since);
    metrics_set(METRIC_LEASE_HELD, 0);
    LOCK_SCOPE(&l->lock);
    l->grant = (struct lease_grant){0};
    l->holder = now->holder;
    pthread_cond_broadcast(&l->changed);
}

static uint64_t held_token(struct lease *l)
{
    LOCK_SCOPE(&l->lock);
    return l->grant.token;
}

/* The row could not be renewed. Whoever has its lock is our own worker, which has renewed it, or
 * another holder's. */
static int look_whether_lost(struct lease *l, uint64_t token, struct err *err)
{
    struct sight now = {0};
    bool is_there;

    if (read_row(l, &is_there, &now, err) != 0)
        return -1;
    if (!is_there || now.token != token)
        lose(l, &now);
    return 0;
}

static int renew(struct lease *l, uint64_t token, struct err *err)
{
    int64_t begun_ms = clock_boot_ms();
    const struct db_param params[] = {DB_P_INT(LEASE_WAIT_MS * 1000), DB_P_TEXT(l->cfg->instance),
                                      DB_P_INT((int64_t)token)};
    int rc = db_run(l->db,
                    "UPDATE lease SET expires_at = UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND "
                    "WHERE instance = ? AND token = ?",
                    params, 3, NULL, err);

    if (rc != 0 && err->detail != LOCK_WAIT_TIMEOUT)
        return -1;
    if (rc != 0 || db_affected_rows(l->db) == 0)
        return look_whether_lost(l, token, err);
    LOCK_SCOPE(&l->lock);
    l->until_ms = begun_ms + LEASE_HOLD_MS;
    l->commits++;
    pthread_cond_broadcast(&l->changed);
    return 0;
}

static void release(struct lease *l)
{
    uint64_t token = held_token(l);
    struct err err = ERR_INIT;
    const struct db_param params[] = {DB_P_TEXT(l->cfg->instance), DB_P_INT((int64_t)token)};

    /* If it fails, it ends by itself. */
    if (token != 0 && l->db != NULL && !db_is_lost(l->db) &&
        db_run(l->db, "UPDATE lease SET expires_at = '1970-01-01' WHERE instance = ? AND token = ?",
               params, 2, NULL, &err) != 0)
        log_err(LOG_WARN, "lease: release", &err);
    metrics_set(METRIC_LEASE_HELD, 0);
}

/* --- the thread --- */

static int step(struct lease *l, struct err *err)
{
    uint64_t token = held_token(l);

    if (l->db != NULL && db_is_lost(l->db)) {
        db_close(l->db);
        l->db = NULL;
    }
    if (l->db == NULL && connect_state(l, err) != 0)
        return -1;
    if (token != 0)
        return renew(l, token, err);
    return try_take(l, err);
}

static void *run(void *arg)
{
    struct lease *l = arg;
    struct log_fault fault = {0};
    unsigned failures = 0;

    while (!stop_is_asked(l->stop)) {
        struct err err = ERR_INIT;
        bool is_well = step(l, &err) == 0;

        if (is_well) {
            failures = 0;
            log_fault_over(&fault, "lease");
        } else {
            if (err.detail == NO_SUCH_TABLE)
                err_hint(&err,
                         "Run `tabrelay init-db`: the state database is not there, or of an older "
                         "version.");
            log_fault(&fault, "lease", &err);
            db_close(l->db);
            l->db = NULL;
        }
        stop_wait_ms(l->stop, !is_well ? clock_backoff_ms(failures++, BACKOFF_MS, BACKOFF_MAX_MS)
                              : held_token(l) != 0 ? LEASE_RENEW_MS
                                                   : LOOK_MS);
    }
    release(l);
    db_close(l->db);
    return NULL;
}

static void lease_free(struct lease *l)
{
    pthread_cond_destroy(&l->changed);
    pthread_mutex_destroy(&l->lock);
    stop_free(l->stop);
    free(l);
}

int lease_start(const struct config *cfg, struct lease **out, struct err *err)
{
    struct lease *l = calloc(1, sizeof(*l));
    pthread_condattr_t attr;
    int rc;

    if (l == NULL || (l->stop = stop_new()) == NULL) {
        free(l);
        return err_nomem(err, "lease");
    }
    l->cfg = cfg;
    pthread_mutex_init(&l->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&l->changed, &attr);
    pthread_condattr_destroy(&attr);
    rc = pthread_create(&l->thread, NULL, run, l);
    if (rc != 0) {
        lease_free(l);
        return err_set(err, ERR_IO, "lease: cannot start its thread: error %d", rc);
    }
    *out = l;
    return 0;
}

void lease_stop(struct lease *l)
{
    if (l == NULL)
        return;
    stop_ask(l->stop);
    pthread_join(l->thread, NULL);
    lease_free(l);
}

/* --- what others ask --- */

/* Wait for a change, TICK_MS at most; the lock is held. */
static void wait_changed(struct lease *l)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += TICK_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_cond_timedwait(&l->changed, &l->lock, &until);
}

int lease_wait(struct lease *l, struct stop *stop, struct lease_grant *out, struct err *err)
{
    LOCK_SCOPE(&l->lock);

    while (l->grant.token == 0) {
        if (stop_is_asked(stop))
            return err_set(err, ERR_STOPPED, "lease: stopped while waiting");
        pulse_beat();
        wait_changed(l);
    }
    *out = l->grant;
    return 0;
}

bool lease_is_lost(struct lease *l, uint64_t token)
{
    return held_token(l) != token;
}

int lease_check(struct lease *l, uint64_t token, struct stop *stop, struct err *err)
{
    int64_t until_ms = clock_boot_ms() + VERDICT_MS;
    LOCK_SCOPE(&l->lock);

    while (l->grant.token == token && clock_boot_ms() >= l->until_ms) {
        if (clock_boot_ms() >= until_ms || stop_is_asked(stop))
            return err_set(err, ERR_STOPPED,
                           "lease: MySQL has not renewed it: nothing is sent to Google");
        pulse_beat();
        wait_changed(l);
    }
    if (l->grant.token == token)
        return 0;
    return err_set(err, ERR_STOPPED, "lease: another replicator has taken over this instance: %s",
                   l->holder.name);
}

unsigned lease_take_commits(struct lease *l)
{
    unsigned n;
    LOCK_SCOPE(&l->lock);

    n = l->commits;
    l->commits = 0;
    return n;
}

void lease_metrics(struct lease *l, struct buf *out)
{
    LOCK_SCOPE(&l->lock);

    metrics_put_head(out, METRIC_LEASE_HOLDER);
    if (l->holder.name[0] == '\0')
        return;
    buf_printf(out, "%s{holder=\"", metrics_name(METRIC_LEASE_HOLDER));
    metrics_put_value(out, l->holder.name);
    buf_puts(out, "\"} 1\n");
}
