/* SPDX-License-Identifier: Apache-2.0 */
#include "common/daemon/process.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/hash.h"
#include "common/log.h"
#include "common/mysql/db.h"
#include "common/mysql/members.h"
#include "common/mysql/table.h"
#include "common/stop.h"
#include "common/version.h"

enum { LOOK_MS = 1000, RETRY_MS = 5000, NAME_SIZE = 160, ERROR_MAX = 2048, NO_SUCH_TABLE = 1146 };

struct process {
    const char *program;
    const char *path;     /* of the configuration */
    char *instance;       /* owned; no reload changes it ... */
    char *state_database; /* ... nor this */
    char name[NAME_SIZE];
    char lock_name[40];
    int64_t started_ms; /* monotonic */
    struct stop *stop;
    pthread_t thread;

    pthread_mutex_t lock;     /* guards what follows */
    const struct config *cfg; /* what the daemon runs with; not owned */
    bool is_other_server;     /* the thread is connected by other keys of mysql than cfg's */
    bool is_told;             /* the row says all that follows */
    int64_t loaded_ms;        /* monotonic */
    uint64_t asked;           /* reload.serial, as the thread has seen it last */
    uint64_t answered;        /* ... when the configuration was read last */
    char error[ERROR_MAX];    /* why that was refused; "": it was taken */
};

/* --- what the thread does --- */

static int connect_state(struct process *p, struct db **db, struct err *err)
{
    CLEANUP_BUF struct buf use = BUF_INIT;
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    const struct db_param params[] = {DB_P_TEXT(p->lock_name)};
    LOCK_SCOPE(&p->lock);

    p->is_other_server = false;
    p->is_told = false;
    buf_puts(&use, "USE ");
    table_quote(&use, p->cfg->mysql.state_database);
    if (db_open(&p->cfg->mysql, db, err) != 0)
        return -1;
    if (db_exec(*db, buf_text(&use), NULL, err) != 0 ||
        db_run(*db, "SELECT GET_LOCK(?, 0)", params, 1, &rows, err) != 0)
        return -1;
    return 0;
}

/* Rows of processes that were killed. */
static int remove_dead(const struct process *p, struct db *db, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct db_param params[] = {DB_P_TEXT(p->instance), DB_P_TEXT(p->program), DB_P_NULL};

    if (db_run(db,
               "SELECT name FROM process WHERE instance = ? AND program = ? AND "
               "IS_USED_LOCK(lock_name) IS NULL",
               params, 2, &rows, err) != 0)
        return -1;
    for (size_t r = 0; r < rows.n_rows; r++) {
        params[2] = DB_P_TEXT(db_rows_text(&rows, r, 0));
        if (db_run(db, "DELETE FROM process WHERE instance = ? AND program = ? AND name = ?",
                   params, 3, NULL, err) != 0)
            return -1;
    }
    return 0;
}

/* What there is to tell, for no lock is held while MySQL is asked. */
struct news {
    char hash[17], error[ERROR_MAX];
    int64_t loaded_ms;
    uint64_t answered;
};

static void copy_news(struct process *p, struct news *out)
{
    LOCK_SCOPE(&p->lock);

    snprintf(out->hash, sizeof(out->hash), "%016" PRIx64, p->cfg->hash);
    memcpy(out->error, p->error, sizeof(out->error));
    out->loaded_ms = p->loaded_ms;
    out->answered = p->answered;
    p->is_told = true;
}

/* Times are MySQL's: so long ago by our own clock. */
static int tell(struct process *p, struct db *db, struct err *err)
{
    struct news news = {0};

    copy_news(p, &news);
    const struct db_param params[] = {DB_P_TEXT(p->instance),
                                      DB_P_TEXT(p->program),
                                      DB_P_TEXT(p->name),
                                      DB_P_TEXT(p->lock_name),
                                      DB_P_TEXT(TABRELAY_VERSION),
                                      DB_P_INT((clock_mono_ms() - p->started_ms) * 1000),
                                      DB_P_TEXT(news.hash),
                                      DB_P_INT((clock_mono_ms() - news.loaded_ms) * 1000),
                                      DB_P_INT((int64_t)news.answered),
                                      DB_P_TEXT(news.error)};

    return db_run(db,
                  "REPLACE INTO process (instance, program, name, lock_name, version, started_at, "
                  "config_hash, loaded_at, reload_serial, reload_error) VALUES (?, ?, ?, ?, ?, "
                  "UTC_TIMESTAMP(3) - INTERVAL ? MICROSECOND, ?, "
                  "UTC_TIMESTAMP(3) - INTERVAL ? MICROSECOND, ?, ?)",
                  params, sizeof(params) / sizeof(params[0]), NULL, err);
}

/* SERIAL is what the table says now; IS_YOUNG: it came after the configuration was read. Has
 * anybody asked since? What came before the start is answered by the start. */
static bool take_serial(struct process *p, uint64_t serial, bool is_young)
{
    bool is_asked;
    LOCK_SCOPE(&p->lock);

    if (serial == p->asked)
        return false;
    is_asked = p->asked > 0 || is_young;
    p->asked = serial;
    if (is_asked)
        return true;
    p->answered = serial;
    p->is_told = false;
    return false;
}

static int64_t loaded_ms(struct process *p)
{
    LOCK_SCOPE(&p->lock);
    return p->loaded_ms;
}

static int look(struct process *p, struct db *db, bool *is_asked, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    const struct db_param params[] = {DB_P_INT((clock_mono_ms() - loaded_ms(p)) * 1000),
                                      DB_P_TEXT(p->instance)};

    if (db_run(db,
               "SELECT serial, asked_at > UTC_TIMESTAMP(3) - INTERVAL ? MICROSECOND FROM reload "
               "WHERE instance = ?",
               params, 2, &rows, err) != 0)
        return -1;
    *is_asked = rows.n_rows > 0 &&
                take_serial(p, (uint64_t)db_rows_int(&rows, 0, 0), db_rows_int(&rows, 0, 1) == 1);
    return 0;
}

static bool must_tell(struct process *p)
{
    LOCK_SCOPE(&p->lock);
    return !p->is_told;
}

static bool must_connect(struct process *p, const struct db *db)
{
    LOCK_SCOPE(&p->lock);
    return db == NULL || db_is_lost(db) || p->is_other_server;
}

static bool has_families(struct process *p, uint64_t *version)
{
    LOCK_SCOPE(&p->lock);
    *version = p->cfg->members_version;
    return p->cfg->n_families > 0;
}

/* Has somebody given a value its tab? */
static int look_at_members(struct process *p, struct db *db, struct err *err)
{
    uint64_t version, now;

    if (!has_families(p, &version))
        return 0;
    if (members_version(db, p->state_database, &now, err) != 0)
        return -1;
    if (now != version)
        stop_ask_renewal();
    return 0;
}

static int step(struct process *p, struct db **db, struct err *err)
{
    bool is_asked = false;

    if (must_connect(p, *db)) {
        db_close(*db);
        *db = NULL;
        if (connect_state(p, db, err) != 0 || remove_dead(p, *db, err) != 0)
            return -1;
    }
    if (look(p, *db, &is_asked, err) != 0 || (must_tell(p) && tell(p, *db, err) != 0) ||
        (!is_asked && look_at_members(p, *db, err) != 0))
        return -1;
    if (is_asked)
        kill(getpid(), SIGHUP);
    return 0;
}

static void leave(const struct process *p, struct db *db)
{
    const struct db_param params[] = {DB_P_TEXT(p->instance), DB_P_TEXT(p->program),
                                      DB_P_TEXT(p->name)};
    struct err ignored = ERR_INIT;

    /* If it fails the row stays, and its free lock says that it is of nobody. */
    if (db != NULL && !db_is_lost(db))
        (void)db_run(db, "DELETE FROM process WHERE instance = ? AND program = ? AND name = ?",
                     params, 3, NULL, &ignored);
    db_close(db);
}

static bool is_same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* For a moment without a connection the process would seem to be dead. */
static bool is_same_server(const struct config_mysql *a, const struct config_mysql *b)
{
    return is_same(a->host, b->host) && a->port == b->port && is_same(a->socket, b->socket) &&
           is_same(a->user, b->user) && is_same(a->password, b->password) && a->tls == b->tls &&
           is_same(a->tls_ca, b->tls_ca);
}

/* MySQL refuses the login: what says the file now? */
static void look_at_login(struct process *p)
{
    CLEANUP_BUF struct buf problems = BUF_INIT;
    struct err ignored = ERR_INIT;
    struct config now;
    bool is_other = false;

    if (config_load(p->path, &now, &problems, &ignored) == 0) {
        LOCK_SCOPE(&p->lock);
        is_other = !is_same_server(&now.mysql, &p->cfg->mysql);
    }
    config_free(&now);
    if (!is_other)
        return;
    log_info("process: MySQL refuses the login, and the configuration has another one by now");
    kill(getpid(), SIGHUP);
}

static void *run(void *arg)
{
    struct process *p = arg;
    struct log_fault fault = {0};
    struct db *db = NULL;

    while (!stop_is_asked(p->stop)) {
        struct err err = ERR_INIT;
        bool is_well = step(p, &db, &err) == 0;

        if (is_well) {
            log_fault_over(&fault, "process");
        } else {
            if (err.detail == NO_SUCH_TABLE)
                err_hint(&err,
                         "Run `tabrelay init-db`: the state database is of an older version.");
            log_fault(&fault, "process: `tabrelay reload` is not seen", &err);
            if (err.code == ERR_AUTH)
                look_at_login(p);
            db_close(db);
            db = NULL;
        }
        stop_wait_ms(p->stop, is_well ? LOOK_MS : RETRY_MS);
    }
    leave(p, db);
    return NULL;
}

/* --- what others call --- */

static void name_process(struct process *p)
{
    char host[128] = "";
    CLEANUP_BUF struct buf text = BUF_INIT;

    gethostname(host, sizeof(host) - 1);
    snprintf(p->name, sizeof(p->name), "%s:%ld", host, (long)getpid());
    /* In a container the process may have the same number each time; the lock is for this life. */
    buf_printf(&text, "%s/%s/%s/%" PRId64, p->instance, p->program, p->name, clock_wall_ms());
    snprintf(p->lock_name, sizeof(p->lock_name), "tabrelay:%016" PRIx64,
             hash64(buf_text(&text), text.len));
}

int process_start(const char *program, const char *path, const struct config *cfg,
                  struct process **out, struct err *err)
{
    struct process *p = calloc(1, sizeof(*p));
    bool is_named;
    int rc;

    if (p == NULL || (p->stop = stop_new()) == NULL) {
        free(p);
        return err_nomem(err, "process");
    }
    p->program = program;
    p->path = path;
    p->instance = strdup(cfg->instance);
    p->state_database = strdup(cfg->mysql.state_database);
    p->cfg = cfg;
    p->started_ms = p->loaded_ms = clock_mono_ms();
    pthread_mutex_init(&p->lock, NULL);
    is_named = p->instance != NULL && p->state_database != NULL;
    if (is_named)
        name_process(p);
    rc = is_named ? pthread_create(&p->thread, NULL, run, p) : -1;
    if (rc == 0) {
        *out = p;
        return 0;
    }
    stop_free(p->stop);
    pthread_mutex_destroy(&p->lock);
    free(p->instance);
    free(p->state_database);
    free(p);
    return err_set(err, ERR_IO, "process: cannot start the thread: error %d", rc);
}

void process_reloaded(struct process *p, const struct config *cfg, const char *error)
{
    LOCK_SCOPE(&p->lock);

    p->is_other_server = p->is_other_server || !is_same_server(&cfg->mysql, &p->cfg->mysql);
    p->cfg = cfg;
    if (error == NULL)
        p->loaded_ms = clock_mono_ms();
    p->answered = p->asked;
    p->is_told = false;
    snprintf(p->error, sizeof(p->error), "%s", error == NULL ? "" : error);
}

void process_renewed(struct process *p, const struct config *cfg)
{
    LOCK_SCOPE(&p->lock);
    p->cfg = cfg;
}

void process_stop(struct process *p)
{
    if (p == NULL)
        return;
    stop_ask(p->stop);
    pthread_join(p->thread, NULL);
    stop_free(p->stop);
    pthread_mutex_destroy(&p->lock);
    free(p->instance);
    free(p->state_database);
    free(p);
}
