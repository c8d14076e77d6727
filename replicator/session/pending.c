/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/pending.h"

#include "common/clock.h"

enum { EVERY_MS = 2000, WORTH_US = 1000000 };

int pending_step(struct session *s, struct err *err)
{
    int64_t now = clock_mono_ms(), now_us = clock_wall_us();

    if (now - s->pending_ms < EVERY_MS)
        return 0;
    s->pending_ms = now;
    for (size_t i = 0; i < s->n_follows; i++) {
        struct follow *f = &s->follows[i];
        int64_t since_us = f->oldest_us > 0 && now_us - f->oldest_us >= WORTH_US ? f->oldest_us : 0;

        if (since_us == f->told_us)
            continue;
        f->told_us = since_us;
        s->own_commits++;
        if (state_save_pending(&s->state, f->m.cfg->name, since_us,
                               since_us == 0 ? 0 : f->n_pending, err) != 0)
            return -1;
    }
    return 0;
}
