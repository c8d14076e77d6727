/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cleanup: locals that free themselves at the end of their scope.
 *
 * A variable marked so must be initialised where it is declared. To hand the value out, copy it and
 * set the variable to NULL (take_ptr does both).
 */
#ifndef COMMON_CLEANUP_H
#define COMMON_CLEANUP_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct cJSON;
void cleanup_json(struct cJSON **json); /* common/json.c */

static inline void cleanup_free(void *p)
{
    free(*(void **)p);
}
static inline void cleanup_close(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
static inline void cleanup_file(FILE **f)
{
    if (*f != NULL)
        fclose(*f);
}
static inline void cleanup_unlock(pthread_mutex_t **m)
{
    pthread_mutex_unlock(*m);
}

#define CLEANUP(function) __attribute__((cleanup(function)))
#define CLEANUP_FREE CLEANUP(cleanup_free)
#define CLEANUP_CLOSE CLEANUP(cleanup_close)
#define CLEANUP_FILE CLEANUP(cleanup_file)
#define CLEANUP_JSON CLEANUP(cleanup_json)

/* Lock M until the end of the scope; one per scope. */
#define LOCK_SCOPE(m)      \
    pthread_mutex_lock(m); \
    CLEANUP(cleanup_unlock) pthread_mutex_t *lock_scope_ = (m)

#define take_ptr(p)                 \
    __extension__({                 \
        __typeof__(p) taken_ = (p); \
        (p) = NULL;                 \
        taken_;                     \
    })
#endif
