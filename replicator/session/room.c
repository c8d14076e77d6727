/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/room.h"

#include <inttypes.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"

enum { WARN_PERCENT = 80, WAIT_MS = 25000 }; /* less than a mapping that is not ready waits */

static int refuse(const struct session *s, const struct config_mapping *cfg, int64_t missing,
                  const char *what, struct err *err)
{
    int64_t used = sheets_cells(s->sheets, cfg->spreadsheet, -1);

    err_set(err, ERR_FULL,
            "mapping %s: %s do not fit: %" PRId64 " of %d cells of the spreadsheet are used, blank "
            "ones of all tabs included, and %" PRId64 " more are needed; delete blank rows and "
            "columns and unused tabs",
            cfg->name, what, used, SHEETS_CELLS_MAX, missing);
    return err_hint(
        err, "Or map the table to a spreadsheet of its own, or less of it: where, fewer columns, "
             "order_by with limit; or its parts, each with a where (and tabs_by), to several "
             "spreadsheets.");
}

/* Rows of the table, but no more than LIMIT of them are counted. */
static int count_rows(const struct session *s, const struct mapping *m, int64_t limit, int64_t *n,
                      struct err *err)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    buf_puts(&sql, "SELECT COUNT(*) FROM (SELECT 1 FROM ");
    buf_puts(&sql, m->source);
    buf_printf(&sql, " LIMIT %" PRId64 ") AS counted", limit);
    if (sql.is_failed)
        return err_nomem(err, "room");
    if (db_run(s->state.db, sql.ptr, NULL, 0, &rows, err) != 0)
        return err_wrap(err, "mapping %s", m->cfg->name);
    *n = db_rows_int(&rows, 0, 0);
    return 0;
}

int room_for_table(const struct session *s, const struct follow *f, size_t n_known, struct err *err)
{
    const struct mapping *m = &f->m;
    int64_t others = sheets_cells(s->sheets, m->cfg->spreadsheet, m->sheet_id);
    int64_t width = m->grid_columns > 0 ? m->grid_columns : 1;
    int64_t room = (SHEETS_CELLS_MAX - others) / width - m->grid_rows; /* in rows */
    int64_t n_rows = 0, n_new;

    if (!mapping_writes_sheet(m))
        return 0;
    if (s->full_until_ms[f - s->follows] > clock_mono_ms())
        return refuse(s, m->cfg, width, "its new rows", err);
    if (room < 0)
        room = 0;
    if (count_rows(s, m, room + (int64_t)n_known + 1, &n_rows, err) != 0)
        return -1;
    n_new = n_rows - (int64_t)n_known;
    if (n_new <= room)
        return 0;
    return refuse(s, m->cfg, (n_new - room) * width, "its rows", err);
}

int room_for_shipment(const struct session *s, const struct shipment *sh, struct err *err)
{
    int64_t used = sheets_cells(s->sheets, sh->spreadsheet, -1), more = 0;
    const struct config_mapping *cfg = NULL;

    for (size_t i = 0; i < sh->n_shares; i++) {
        const struct plan *plan = &sh->shares[i].plan;

        more += (int64_t)plan->n_inserts * plan->mapping->grid_columns;
        if (plan->n_inserts > 0)
            cfg = plan->mapping->cfg;
    }
    if (cfg == NULL || used + more <= SHEETS_CELLS_MAX)
        return 0;
    return refuse(s, cfg, used + more - SHEETS_CELLS_MAX, "its new rows", err);
}

int room_wait(struct session *s, const struct shipment *sh, const struct err *why, struct err *err)
{
    log_err(LOG_WARN, "flush", why);
    for (size_t i = 0; i < sh->n_shares; i++) {
        const struct share *share = &sh->shares[i];

        if (share->plan.n_inserts == 0)
            continue;
        s->full_until_ms[share->at] = clock_mono_ms() + WAIT_MS;
        s->own_commits++;
        if (state_save_snapshot(&s->state, share->plan.mapping->cfg->name, SNAPSHOT_NONE, NULL, 0,
                                err) != 0)
            return -1;
    }
    session_restart(s, "a spreadsheet is full");
    return 0;
}

void room_tell(const struct session *s, const char *spreadsheet)
{
    int64_t used = sheets_cells(s->sheets, spreadsheet, -1);
    bool is_new = false;

    for (size_t i = 0; i < s->n_follows; i++) {
        const char *other = s->follows[i].m.cfg->spreadsheet;

        if (strcmp(other, spreadsheet) != 0 || used < SHEETS_CELLS_MAX / 100 * WARN_PERCENT)
            continue;
        is_new = is_new || (s->warned[i] & WARNED_ROOM) == 0;
        s->warned[i] |= WARNED_ROOM;
    }
    metrics_set(METRIC_SPREADSHEET_CELLS, used,
                metrics_place(METRICS_LABEL_SPREADSHEET, spreadsheet));
    if (is_new)
        log_warn("room: %" PRId64 " of %d cells of the spreadsheet are used spreadsheet=%s "
                 "hint=\"Blank cells of all tabs count: delete blank rows and columns and unused "
                 "tabs, or map some tables to another spreadsheet.\"",
                 used, SHEETS_CELLS_MAX, spreadsheet);
}
