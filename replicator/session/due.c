/* SPDX-License-Identifier: Apache-2.0 */
/* due: when a tab is compared with its base without being asked. */
#include "common/clock.h"
#include "replicator/session/session.h"

int due_step(struct session *s, struct err *err)
{
    int64_t now = clock_mono_ms();

    (void)err;
    for (size_t i = 0; i < s->n_follows; i++) {
        struct follow *f = &s->follows[i];

        if (!f->m.is_ready || f->due.next_ms == 0 || now < f->due.next_ms)
            continue;
        f->due.next_ms = 0;
        reconcile_request(f, false);
    }
    return 0;
}

void due_compared(struct session *s, struct follow *f)
{
    if (s->cfg->replicator.reconcile_every_ms > 0)
        f->due.next_ms = clock_mono_ms() + s->cfg->replicator.reconcile_every_ms;
}
