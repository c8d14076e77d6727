/* SPDX-License-Identifier: Apache-2.0 */
/* clock: what time it is, in milliseconds. Any thread. */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stdint.h>

int64_t clock_mono_ms(void); /* CLOCK_MONOTONIC: for intervals */
int64_t clock_mono_us(void);
int64_t clock_boot_ms(void); /* CLOCK_BOOTTIME: goes on while the machine is suspended */
int64_t clock_wall_ms(void); /* since 1970 UTC: for people and protocols */
int64_t clock_wall_us(void);

/* Truncated exponential backoff with full jitter: wait for the N-th try in a row (0 is the first),
 * between BASE_MS / 2 and min(BASE_MS * 2^n, MAX_MS). */
int64_t clock_backoff_ms(unsigned n, int64_t base_ms, int64_t max_ms);
#endif
