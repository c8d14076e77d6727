/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/compare/compare.h"

#include <stdio.h>

#include "cli/running.h"
#include "common/cleanup.h"
#include "common/clock.h"

enum { LOOK_EVERY_MS = 100, MARK_EVERY_MS = 1000 };

int compare_open(struct compare *c, const struct config *config, struct err *err)
{
    *c = (struct compare){.config = config, .stop = stop_new()};
    if (c->stop == NULL)
        return err_nomem(err, "compare");
    if (state_open(&c->state, config, err) != 0 || db_open(&config->mysql, &c->db, err) != 0)
        return -1;
    return sheets_new(&config->google, c->stop, &c->sheets, err);
}

void compare_close(struct compare *c)
{
    sheets_free(c->sheets);
    db_close(c->db);
    state_close(&c->state);
    stop_free(c->stop);
    *c = (struct compare){0};
}

static int is_covered(struct compare *c, const struct position *p, bool *out, struct err *err)
{
    CLEANUP_FREE char *text = NULL;
    struct position *saved = NULL;

    *out = false;
    if (state_load_checkpoint(&c->state, &text, NULL, err) != 0 ||
        (text != NULL && position_parse(text, &saved, err) != 0))
        return -1;
    *out = saved != NULL && position_covers(saved, p);
    position_free(saved);
    return 0;
}

int compare_wait(struct compare *c, const struct position *p, int64_t timeout_ms,
                 enum compare_wait *out, struct err *err)
{
    int64_t start = clock_mono_ms(), next_mark = 0;

    for (;;) {
        struct running running;
        bool covered = false;
        int64_t now = clock_mono_ms();
        uint64_t serial;

        if (is_covered(c, p, &covered, err) != 0 ||
            running_look(c->state.db, c->config, &running, err) != 0)
            return -1;
        *out = covered ? WAIT_COVERED : running.is_running ? WAIT_BEHIND : WAIT_NOT_RUNNING;
        if (*out != WAIT_BEHIND || now - start >= timeout_ms)
            return 0;
        if (now >= next_mark && state_mark(&c->state, &serial, err) != 0)
            return -1;
        if (now >= next_mark)
            next_mark = now + MARK_EVERY_MS;
        stop_wait_ms(c->stop, LOOK_EVERY_MS);
    }
}
