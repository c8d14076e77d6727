/* SPDX-License-Identifier: Apache-2.0 */
/*
 * library: all spreadsheets, each at its newest version; one lock for all changes.
 *
 * library_begin() takes the lock and hands out a draft; library_commit() publishes it (after it has
 * been written down, with --data) and library_abort() drops it; both give the lock back. Readers
 * hold a version by reference and need no lock. Any thread.
 */
#ifndef SANDBOX_LIBRARY_H
#define SANDBOX_LIBRARY_H

#include "sandbox/book.h"

struct library;

/* Who changed something: "api", "user" or "script", and the person, or "". */
struct author {
    const char *source;
    const char *user;
};

/* Called for each published version, under the lock: it must not call the library. */
typedef void library_listener(void *ctx, const struct book *b, struct author author);

/* DATA_DIR NULL: in memory only. ERR_IO, ERR_FORMAT: what is there cannot be read. */
int library_open(const char *data_dir, struct library **out, struct err *err);
void library_close(struct library *lib);
void library_listen(struct library *lib, library_listener *listener, void *ctx);

/* A reference to the newest version; NULL if there is none of that id. */
struct book *library_get(struct library *lib, const char *id);
/* References to all, in the order they were made; malloc()ed. */
struct book **library_list(struct library *lib, size_t *n);

/* A new spreadsheet (taken over, also after a failure). ERR_IO. */
int library_add(struct library *lib, struct book *b, struct author author, struct err *err);
/* ERR_GONE: there is none. */
int library_remove(struct library *lib, const char *id, struct err *err);

/* ERR_GONE (detail 404): there is none, and the lock is not held. */
int library_begin(struct library *lib, const char *id, struct book **draft, struct err *err);
/* *PUBLISHED (may be NULL) gets a reference. ERR_IO: not written down, and not published. */
int library_commit(struct library *lib, struct book *draft, struct author author,
                   struct book **published, struct err *err);
void library_abort(struct library *lib, struct book *draft);
#endif
