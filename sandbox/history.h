/* SPDX-License-Identifier: Apache-2.0 */
/* history: the last steps of people, for undo. Bounded; any thread. */
#ifndef SANDBOX_HISTORY_H
#define SANDBOX_HISTORY_H

#include "sandbox/book.h"

struct history;

/* The versions before and after an action. */
struct step {
    struct book *before, *after; /* references */
    char *user;                  /* owned */
};

struct history *history_new(void);
void history_free(struct history *h); /* NULL is fine */
/* Takes references of its own. */
void history_add(struct history *h, struct book *before, struct book *after, const char *user);
/* Take USER's newest step in a spreadsheet out; false: there is none. Close it. */
bool history_take(struct history *h, const char *spreadsheet, const char *user, struct step *out);
void step_close(struct step *s);
#endif
