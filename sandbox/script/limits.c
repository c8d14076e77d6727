/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/script/limits.h"

#include <malloc.h>
#include <stdlib.h>

#include "common/clock.h"

unsigned int limits_is_late(void *udata)
{
    const struct limits *limits = udata;

    return clock_mono_ms() >= limits->deadline_ms || stop_is_asked(limits->stop);
}

int64_t limits_cap_ms(const struct limits *limits, int64_t ms)
{
    int64_t left = limits->deadline_ms - clock_mono_ms();

    if (left < 0 || ms < 0)
        return 0;
    return ms < left ? ms : left;
}

/* malloc_usable_size(3) is the size that malloc really gave: no header of our own is needed. */
static bool fits(struct limits *limits, size_t size)
{
    if (size <= limits->max_bytes && limits->used_bytes <= limits->max_bytes - size)
        return true;
    limits->is_full = true;
    return false;
}

void *limits_alloc(void *udata, size_t size)
{
    struct limits *limits = udata;
    void *ptr = size > 0 && fits(limits, size) ? malloc(size) : NULL;

    limits->used_bytes += malloc_usable_size(ptr);
    return ptr;
}

void *limits_realloc(void *udata, void *ptr, size_t size)
{
    struct limits *limits = udata;
    size_t before = malloc_usable_size(ptr);
    void *grown;

    if (size == 0) {
        limits_free(udata, ptr);
        return NULL;
    }
    if (size > before && !fits(limits, size - before))
        return NULL;
    grown = realloc(ptr, size);
    if (grown != NULL)
        limits->used_bytes += malloc_usable_size(grown) - before;
    return grown;
}

void limits_free(void *udata, void *ptr)
{
    struct limits *limits = udata;

    limits->used_bytes -= malloc_usable_size(ptr);
    free(ptr);
}
