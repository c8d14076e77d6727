/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/script/cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"

/* https://developers.google.com/apps-script/reference/cache/cache: 1,000 items, then the oldest go.
 */
#define MAX_ITEMS 1000
#define MAX_KEY_BYTES 512 /* 250 characters, and what we put before them */
#define MAX_VALUE_BYTES (100 << 10)
#define MAX_SECONDS 21600

struct item {
    struct item *next; /* newest first */
    char *key;         /* owned */
    char *value;       /* owned */
    int64_t until_ms;
};

struct cache {
    pthread_mutex_t mutex;
    struct item *items;
};

struct cache *cache_new(void)
{
    struct cache *c = calloc(1, sizeof(*c));

    if (c != NULL)
        pthread_mutex_init(&c->mutex, NULL);
    return c;
}

static void item_free(struct item *item)
{
    free(item->key);
    free(item->value);
    free(item);
}

void cache_free(struct cache *c)
{
    if (c == NULL)
        return;
    while (c->items != NULL) {
        struct item *item = c->items;

        c->items = item->next;
        item_free(item);
    }
    pthread_mutex_destroy(&c->mutex);
    free(c);
}

/* Remove KEY, what is too old and what is too much. */
static void sweep(struct cache *c, const char *key)
{
    struct item **at = &c->items;
    int64_t now_ms = clock_mono_ms();
    int n = 0;

    while (*at != NULL) {
        struct item *item = *at;

        if (strcmp(item->key, key) == 0 || item->until_ms <= now_ms || ++n >= MAX_ITEMS) {
            *at = item->next;
            item_free(item);
        } else {
            at = &item->next;
        }
    }
}

int cache_put(struct cache *c, const char *key, const char *value, int64_t seconds, struct err *err)
{
    struct item *item;
    LOCK_SCOPE(&c->mutex);

    if (strlen(key) > MAX_KEY_BYTES)
        return err_set(err, ERR_VALUE, "Argument too large: key");
    if (value != NULL && strlen(value) > MAX_VALUE_BYTES)
        return err_set(err, ERR_VALUE, "Argument too large: value");
    sweep(c, key);
    if (value == NULL || seconds <= 0)
        return 0;
    item = calloc(1, sizeof(*item));
    if (item == NULL)
        return err_nomem(err, "cache");
    item->key = strdup(key);
    item->value = strdup(value);
    item->until_ms = clock_mono_ms() + (seconds > MAX_SECONDS ? MAX_SECONDS : seconds) * 1000;
    if (item->key == NULL || item->value == NULL) {
        item_free(item);
        return err_nomem(err, "cache");
    }
    item->next = c->items;
    c->items = item;
    return 0;
}

char *cache_get(struct cache *c, const char *key)
{
    LOCK_SCOPE(&c->mutex);

    for (const struct item *item = c->items; item != NULL; item = item->next)
        if (strcmp(item->key, key) == 0 && item->until_ms > clock_mono_ms())
            return strdup(item->value);
    return NULL;
}
