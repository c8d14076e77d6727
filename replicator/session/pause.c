/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/pause.h"

#include <string.h>

#include "common/cleanup.h"

static int has_sent_batch(struct session *s, const char *spreadsheet, bool *has, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    if (state_load_sent(&s->state, &rows, err) != 0)
        return -1;
    *has = false;
    for (size_t r = 0; r < rows.n_rows; r++)
        *has = *has || strcmp(state_sent_at(&rows, r).spreadsheet, spreadsheet) == 0;
    return 0;
}

int pause_look(struct session *s, struct follow *f, struct err *err)
{
    bool is_settling;

    if (state_load_pause(&s->state, f->m.cfg->name, &f->pause, err) != 0)
        return -1;
    if (f->pause != PAUSE_HELD)
        return 0;
    if (has_sent_batch(s, f->m.cfg->spreadsheet, &is_settling, err) != 0)
        return -1;
    if (is_settling)
        f->pause = PAUSE_SETTLING;
    return 0;
}

int pause_hold(struct session *s, struct follow *f, struct err *err)
{
    const char *name = f->m.cfg->name;
    struct mapping_memory memory = {.sheet_id = -1};
    enum snapshot_phase phase;
    int rc = state_load_mapping(&s->state, &f->m, &memory, err);

    phase = memory.phase;
    mapping_memory_close(&memory);
    if (rc != 0 || state_doubt_table(&s->state, name, false, err) != 0 ||
        (phase != SNAPSHOT_NONE &&
         state_save_snapshot(&s->state, name, SNAPSHOT_NONE, NULL, 0, err) != 0))
        return -1;
    f->pause = PAUSE_HELD;
    f->m.is_ready = false;
    log_info("mapping: paused mapping=%s", name);
    return state_save_health(&s->state, name, "paused", NULL, err);
}

int pause_opened(struct session *s, struct follow *f, bool has_base, struct err *err)
{
    if (f->pause != PAUSE_RESUMING)
        return 0;
    log_info("mapping: resuming; the tab is compared first mapping=%s", f->m.cfg->name);
    return has_base || f->is_joining ? 0 : pause_end(s, f, err);
}

int pause_signal(struct session *s, struct follow *f, struct err *err)
{
    bool was_paused = f->pause == PAUSE_HELD || f->pause == PAUSE_SETTLING;
    enum follow_pause pause;

    if (state_load_pause(&s->state, f->m.cfg->name, &pause, err) != 0)
        return -1;
    if (was_paused == (pause == PAUSE_HELD))
        return 0;
    s->must_settle = true;
    session_restart(s, pause == PAUSE_HELD ? "a mapping was paused" : "a mapping was resumed");
    return 0;
}

void pause_step(struct session *s)
{
    for (size_t i = 0; i < s->n_follows && !s->is_lost; i++)
        if (s->follows[i].pause == PAUSE_SETTLING)
            session_restart(s, "a mapping is paused");
}

int pause_end(struct session *s, struct follow *f, struct err *err)
{
    f->pause = PAUSE_NONE;
    s->own_commits++;
    log_info("mapping: resumed mapping=%s", f->m.cfg->name);
    return state_end_pause(&s->state, f->m.cfg->name, err);
}
