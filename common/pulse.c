/* SPDX-License-Identifier: Apache-2.0 */
#include "common/pulse.h"

#include <stddef.h>

#include "common/clock.h"

static _Thread_local struct pulse *own;

void pulse_own(struct pulse *p)
{
    own = p;
    pulse_beat();
}

void pulse_beat(void)
{
    if (own != NULL)
        atomic_store(&own->beat_ms, clock_mono_ms());
}

int64_t pulse_age_ms(const struct pulse *p)
{
    int64_t beat_ms = atomic_load(&p->beat_ms);

    return beat_ms == 0 ? 0 : clock_mono_ms() - beat_ms;
}
