/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "common/log.h"

static void *check(void *p)
{
    if (p == NULL) {
        log_error("sandbox: out of memory");
        abort();
    }
    return p;
}

void *mem_new(size_t n, size_t size)
{
    return check(calloc(n == 0 ? 1 : n, size == 0 ? 1 : size));
}

void *mem_resize(void *old, size_t n, size_t size)
{
    return check(reallocarray(old, n == 0 ? 1 : n, size));
}

char *mem_text_n(const char *text, size_t len)
{
    char *copy = mem_new(len + 1, 1);

    if (len > 0)
        memcpy(copy, text, len);
    return copy;
}

char *mem_text(const char *text)
{
    return text == NULL ? NULL : mem_text_n(text, strlen(text));
}

char *mem_printf(const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vasprintf(&text, fmt, ap);
    va_end(ap);
    return n < 0 ? check(NULL) : text;
}

static void *json_malloc(size_t size)
{
    return check(malloc(size == 0 ? 1 : size));
}

void mem_hook_json(void)
{
    cJSON_Hooks hooks = {.malloc_fn = json_malloc, .free_fn = free};

    cJSON_InitHooks(&hooks);
}
