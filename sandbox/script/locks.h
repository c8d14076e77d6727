/* SPDX-License-Identifier: Apache-2.0 */
/*
 * locks: LockService. A lock has a name and belongs to one run at a time; a run gives back all of
 * its locks when it ends. Any thread.
 */
#ifndef SANDBOX_SCRIPT_LOCKS_H
#define SANDBOX_SCRIPT_LOCKS_H

#include <stdbool.h>
#include <stdint.h>

struct locks;

struct locks *locks_new(void); /* NULL when out of memory */
void locks_free(struct locks *l);

/* Wait up to WAIT_MS for NAME; true if RUN holds it now (or did already). */
bool locks_take(struct locks *l, const char *name, uint64_t run, int64_t wait_ms);
bool locks_holds(struct locks *l, const char *name, uint64_t run);
/* Nothing happens if RUN does not hold it. */
void locks_release(struct locks *l, const char *name, uint64_t run);
void locks_release_all(struct locks *l, uint64_t run);
/* Wake everyone who waits; no lock is given any more. */
void locks_shut(struct locks *l);
#endif
