/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pulse: does a thread still make progress?
 *
 * A thread that owns a pulse beats before everything that may block and has a time-out of its own
 * (a statement, a request, a wait): so it is alive while the last beat is younger than the longest
 * of these. A thread that owns none beats into the void. Any thread may look.
 */
#ifndef COMMON_PULSE_H
#define COMMON_PULSE_H

#include <stdatomic.h>
#include <stdint.h>

struct pulse {
    _Atomic int64_t beat_ms; /* monotonic; 0: never */
};

/* From now on this thread beats P, which must outlive it. Beats once. */
void pulse_own(struct pulse *p);
void pulse_beat(void);
/* Since the last beat; 0 before the first. */
int64_t pulse_age_ms(const struct pulse *p);
#endif
