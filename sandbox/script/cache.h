/* SPDX-License-Identifier: Apache-2.0 */
/* cache: CacheService: texts that are forgotten after a while, or when there are too many. Any
 * thread. */
#ifndef SANDBOX_SCRIPT_CACHE_H
#define SANDBOX_SCRIPT_CACHE_H

#include <stdint.h>

#include "common/err.h"

struct cache;

struct cache *cache_new(void); /* NULL when out of memory */
void cache_free(struct cache *c);

/* VALUE NULL removes. ERR_VALUE past Google's limits (key 250 characters, value 100 KB). */
int cache_put(struct cache *c, const char *key, const char *value, int64_t seconds,
              struct err *err);
/* malloc()ed; NULL if it is not there (any more). */
char *cache_get(struct cache *c, const char *key);
#endif
