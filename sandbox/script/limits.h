/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits: what one run of a script may use: time and memory. The heap's user data in Duktape.
 *
 * One thread: the run's own. The stop is the engine's and may be asked by any thread.
 */
#ifndef SANDBOX_SCRIPT_LIMITS_H
#define SANDBOX_SCRIPT_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/stop.h"

struct limits {
    const struct stop *stop;
    int64_t deadline_ms; /* clock_mono_ms */
    size_t max_bytes;
    size_t used_bytes;
    bool is_full; /* an allocation was refused */
};

/* Duktape asks now and then; once true the script is unwound, whatever it catches. UDATA: struct
 * limits. */
unsigned int limits_is_late(void *udata);
/* What is left of MS within the run's time; at least 0. */
int64_t limits_cap_ms(const struct limits *limits, int64_t ms);

/* Duktape's allocation functions: malloc with a count. UDATA: struct limits. */
void *limits_alloc(void *udata, size_t size);
void *limits_realloc(void *udata, void *ptr, size_t size);
void limits_free(void *udata, void *ptr);
#endif
