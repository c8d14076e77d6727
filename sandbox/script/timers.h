/* SPDX-License-Identifier: Apache-2.0 */
/* timers: when each time-based trigger is due next. Pure; one thread. */
#ifndef SANDBOX_SCRIPT_TIMERS_H
#define SANDBOX_SCRIPT_TIMERS_H

#include <stdint.h>

#include "common/json.h"

struct timers;

struct timers *timers_new(void); /* NULL when out of memory */
void timers_free(struct timers *t);

/* TRIGGERS is an array with "uid" and "minutes": those that have become due leave it as the result
 * (a new array for the caller; NULL: out of memory), the others and their times are kept in mind. A
 * trigger that is new is due after its first interval; one that is missing is forgotten. */
cJSON *timers_due(struct timers *t, cJSON *triggers, int64_t now_ms, int64_t minute_ms);
#endif
