/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/progress.h"
#include "cli/running.h"
#include "cli/signal.h"
#include "common/clock.h"

enum { POLL_MS = 300 };

enum {
    AT_SIGNAL,
    AT_STATE,
    AT_SNAPSHOT,
    AT_ROWS,
    AT_TOTAL,
    AT_LEFT,
    AT_WHY,
    AT_RECONCILE_SIGNAL,
    AT_FOUND,
    AT_HELD,
    AT_ERROR,
    AT_PAUSED
};

#define SQL_STATE                                                                         \
    "SELECT signal_id, state, snapshot, snapshot_rows, snapshot_total, snapshot_left_s, " \
    "snapshot_wait, reconcile_signal, reconcile_found, held_deletes, last_error, "        \
    "(SELECT COUNT(*) FROM pause WHERE pause.mapping = mapping_state.mapping) "           \
    "FROM mapping_state WHERE mapping = ?"

static bool is_text(const struct db_rows *rows, size_t column, const char *text)
{
    return strcmp(db_rows_text(rows, 0, column), text) == 0;
}

static bool is_done(const struct signal_wait *w, const struct db_rows *rows, bool is_running)
{
    if (strcmp(w->kind, "pause") == 0 && !is_running) /* nothing flows anyway */
        return true;
    if (rows->n_rows == 0 || db_rows_int(rows, 0, AT_SIGNAL) < w->id)
        return false;
    if (strcmp(w->kind, "pause") == 0)
        return is_text(rows, AT_STATE, "paused");
    if (strcmp(w->kind, "resume") == 0)
        return db_rows_int(rows, 0, AT_PAUSED) == 0 && is_text(rows, AT_STATE, "streaming");
    if (strcmp(w->kind, "snapshot") == 0)
        return is_text(rows, AT_SNAPSHOT, "done");
    return db_rows_int(rows, 0, AT_RECONCILE_SIGNAL) >= w->id;
}

static void print_done(const struct signal_wait *w, const struct db_rows *rows, bool is_running)
{
    if (strcmp(w->kind, "pause") == 0)
        printf("%s: paused%s\n", w->mapping, is_running ? "" : " (the replicator does not run)");
    else if (strcmp(w->kind, "resume") == 0)
        printf("%s: resumed; both sides are compared\n", w->mapping);
    else if (strcmp(w->kind, "snapshot") == 0)
        printf("%s: snapshot done, %s rows\n", w->mapping, db_rows_text(rows, 0, AT_ROWS));
    else
        printf("%s: compared, %s edits found\n", w->mapping, db_rows_text(rows, 0, AT_FOUND));
    if (rows->n_rows > 0 && db_rows_int(rows, 0, AT_HELD) > 0)
        printf("  %s deletes wait for approval\n  -> tabrelay deletes approve %s\n",
               db_rows_text(rows, 0, AT_HELD), w->mapping);
}

/* Why it will not be done now; false: it may be. */
static bool is_hopeless(const struct signal_wait *w, const struct db_rows *rows, bool is_running,
                        struct err *err)
{
    if (rows->n_rows == 0 || !is_running) {
        err_set(err, ERR_GONE, "%s: the replicator does not run; it is done when it starts",
                w->mapping);
        err_hint(err, "Start tabrelay-replicator.");
        return true;
    }
    if (db_rows_int(rows, 0, AT_SIGNAL) < w->id)
        return false;
    if (is_text(rows, AT_STATE, "error") && strcmp(w->kind, "pause") != 0) {
        err_set(err, ERR_GONE, "%s: waits: %s", w->mapping, db_rows_text(rows, 0, AT_ERROR));
        return true;
    }
    if (is_text(rows, AT_STATE, "paused") && strcmp(w->kind, "pause") != 0 &&
        strcmp(w->kind, "resume") != 0) {
        err_set(err, ERR_GONE, "%s: paused; it is compared when it is resumed", w->mapping);
        return true;
    }
    return false;
}

static void show(const struct signal_wait *w, const struct db_rows *rows)
{
    CLEANUP_BUF struct buf detail = BUF_INIT;
    int64_t done = 0, total = 0;

    if (is_text(rows, AT_STATE, "snapshot") && db_rows_at(rows, 0, AT_TOTAL).state == VALUE_TEXT) {
        done = db_rows_int(rows, 0, AT_ROWS);
        total = db_rows_int(rows, 0, AT_TOTAL);
        buf_printf(&detail, "%" PRId64 " of about %" PRId64 " rows", done, total);
    } else {
        buf_puts(&detail, db_rows_int(rows, 0, AT_SIGNAL) < w->id ? "waiting for the replicator"
                                                                  : "under way");
    }
    if (db_rows_at(rows, 0, AT_LEFT).state == VALUE_TEXT) {
        buf_puts(&detail, ", ");
        progress_time(&detail, db_rows_int(rows, 0, AT_LEFT));
        buf_puts(&detail, " left");
    }
    if (db_rows_text(rows, 0, AT_WHY)[0] != '\0')
        buf_printf(&detail, "; %s", db_rows_text(rows, 0, AT_WHY));
    progress_show(w->mapping, done, total, buf_text(&detail));
}

int signal_await(struct db *db, const struct config *config, const struct signal_wait *wait,
                 bool *is_over, struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(wait->mapping)};
    int64_t until = clock_mono_ms() + wait->wait_s * 1000;
    struct err why = ERR_INIT;

    *is_over = false;
    while (true) {
        CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
        struct running running;

        if (db_run(db, SQL_STATE, params, 1, &rows, err) != 0 ||
            running_look(db, config, &running, err) != 0)
            return -1;
        *is_over = is_done(wait, &rows, running.is_running);
        if (!*is_over && !is_hopeless(wait, &rows, running.is_running, &why) &&
            clock_mono_ms() >= until)
            err_set(&why, ERR_GONE, "%s: not done within %" PRId64 " s; it goes on", wait->mapping,
                    wait->wait_s);
        if (*is_over || why.code != ERR_NONE) {
            progress_clear();
            if (*is_over)
                print_done(wait, &rows, running.is_running);
            else
                cli_fail(&why);
            return 0;
        }
        show(wait, &rows);
        usleep(POLL_MS * 1000);
    }
}
