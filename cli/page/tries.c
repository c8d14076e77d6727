/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/page/tries.h"

bool tries_left(const struct tries *t, int64_t now_ms)
{
    return t->free_ms - now_ms <= (int64_t)(TRIES_MAX - 1) * TRIES_EVERY_MS;
}

void tries_spend(struct tries *t, int64_t now_ms)
{
    if (t->free_ms < now_ms)
        t->free_ms = now_ms;
    t->free_ms += TRIES_EVERY_MS;
}
