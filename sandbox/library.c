/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/library.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "sandbox/disk.h"
#include "sandbox/mem.h"

struct library {
    pthread_mutex_t lock;
    struct book **books; /* owned; guarded */
    size_t n;
    struct disk *disk; /* NULL: in memory only */
    library_listener *listener;
    void *listener_ctx;
};

static void put_book(struct library *lib, struct book *b)
{
    lib->books = mem_resize(lib->books, lib->n + 1, sizeof(*lib->books));
    lib->books[lib->n++] = b;
}

static int by_age(const void *a, const void *b)
{
    const struct book *x = *(struct book *const *)a, *y = *(struct book *const *)b;

    return x->created_ms < y->created_ms ? -1 : x->created_ms > y->created_ms;
}

int library_open(const char *data_dir, struct library **out, struct err *err)
{
    struct library *lib = mem_new(1, sizeof(*lib));

    pthread_mutex_init(&lib->lock, NULL);
    if (data_dir != NULL && disk_open(data_dir, &lib->disk, &lib->books, &lib->n, err) < 0) {
        library_close(lib);
        return -1;
    }
    if (lib->n > 1)
        qsort(lib->books, lib->n, sizeof(*lib->books), by_age);
    *out = lib;
    return 0;
}

void library_close(struct library *lib)
{
    if (lib == NULL)
        return;
    for (size_t i = 0; i < lib->n; i++)
        book_unref(lib->books[i]);
    free(lib->books);
    disk_close(lib->disk);
    pthread_mutex_destroy(&lib->lock);
    free(lib);
}

void library_listen(struct library *lib, library_listener *listener, void *ctx)
{
    lib->listener = listener;
    lib->listener_ctx = ctx;
}

static struct book **find(struct library *lib, const char *id)
{
    for (size_t i = 0; i < lib->n; i++)
        if (strcmp(lib->books[i]->id, id) == 0)
            return &lib->books[i];
    return NULL;
}

struct book *library_get(struct library *lib, const char *id)
{
    struct book **slot;

    LOCK_SCOPE(&lib->lock);
    slot = find(lib, id);
    return slot == NULL ? NULL : book_ref(*slot);
}

struct book **library_list(struct library *lib, size_t *n)
{
    struct book **list;

    LOCK_SCOPE(&lib->lock);
    list = mem_new(lib->n, sizeof(*list));
    for (*n = 0; *n < lib->n; (*n)++)
        list[*n] = book_ref(lib->books[*n]);
    return list;
}

static void sign(struct book *b, struct author author)
{
    b->revision++;
    snprintf(b->modified_by, sizeof(b->modified_by), "%s", author.user);
}

static void tell(struct library *lib, const struct book *b, struct author author)
{
    if (lib->listener != NULL)
        lib->listener(lib->listener_ctx, b, author);
}

int library_add(struct library *lib, struct book *b, struct author author, struct err *err)
{
    LOCK_SCOPE(&lib->lock);
    b->revision = 0;
    sign(b, author);
    if (lib->disk != NULL && disk_write(lib->disk, NULL, b, err) < 0) {
        book_unref(b);
        return -1;
    }
    put_book(lib, b);
    tell(lib, b, author);
    return 0;
}

static int gone(struct err *err)
{
    err_set(err, ERR_GONE, "Requested entity was not found.");
    err->detail = 404;
    return -1;
}

int library_remove(struct library *lib, const char *id, struct err *err)
{
    struct book **slot;

    LOCK_SCOPE(&lib->lock);
    slot = find(lib, id);
    if (slot == NULL)
        return gone(err);
    if (lib->disk != NULL && disk_remove(lib->disk, id, err) < 0)
        return -1;
    book_unref(*slot);
    lib->n--;
    memmove(slot, slot + 1, (size_t)(lib->books + lib->n - slot) * sizeof(*slot));
    return 0;
}

int library_begin(struct library *lib, const char *id, struct book **draft, struct err *err)
{
    struct book **slot;

    pthread_mutex_lock(&lib->lock);
    slot = find(lib, id);
    if (slot == NULL) {
        pthread_mutex_unlock(&lib->lock);
        return gone(err);
    }
    *draft = book_draft(*slot);
    return 0;
}

void library_abort(struct library *lib, struct book *draft)
{
    book_unref(draft);
    pthread_mutex_unlock(&lib->lock);
}

int library_commit(struct library *lib, struct book *draft, struct author author,
                   struct book **published, struct err *err)
{
    struct book **slot = find(lib, draft->id);

    sign(draft, author);
    draft->modified_ms = clock_wall_ms();
    if (lib->disk != NULL && disk_write(lib->disk, *slot, draft, err) < 0) {
        library_abort(lib, draft);
        return -1;
    }
    book_unref(*slot);
    *slot = draft;
    if (published != NULL)
        *published = book_ref(draft);
    tell(lib, draft, author);
    pthread_mutex_unlock(&lib->lock);
    return 0;
}
