/* SPDX-License-Identifier: Apache-2.0 */
#include "common/clock.h"

#include <sys/random.h>
#include <time.h>

static int64_t read_clock_us(clockid_t id)
{
    struct timespec ts;

    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_mono_ms(void)
{
    return read_clock_us(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_mono_us(void)
{
    return read_clock_us(CLOCK_MONOTONIC);
}

int64_t clock_boot_ms(void)
{
    return read_clock_us(CLOCK_BOOTTIME) / 1000;
}

int64_t clock_wall_ms(void)
{
    return read_clock_us(CLOCK_REALTIME) / 1000;
}

int64_t clock_wall_us(void)
{
    return read_clock_us(CLOCK_REALTIME);
}

int64_t clock_backoff_ms(unsigned n, int64_t base_ms, int64_t max_ms)
{
    int64_t top = base_ms;
    uint32_t r = 0;

    while (n-- > 0 && top < max_ms)
        top *= 2;
    if (top > max_ms)
        top = max_ms;
    if (getrandom(&r, sizeof(r), 0) != (ssize_t)sizeof(r))
        r = (uint32_t)clock_wall_us();
    return base_ms / 2 + (int64_t)(r % (uint32_t)(top - base_ms / 2 + 1));
}
