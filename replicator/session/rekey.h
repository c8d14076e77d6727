/* SPDX-License-Identifier: Apache-2.0 */
/* What rekey.c and rekey_verify.c share. */
#ifndef REPLICATOR_SESSION_REKEY_H
#define REPLICATOR_SESSION_REKEY_H

#include "replicator/session/session.h"

enum { REKEY_ROWS_MAX = 1000, REKEY_KEY_MAX = 16 };

/* P, of mapping AT, has got another key, which stands in the tab, wherever that is. */
bool rekey_is_landed(const struct session *s, uint32_t at, const struct pending_row *p);
/* KEY's values (NULL: none of them, blank cells) for the key cells of ROW. */
int rekey_write(struct batch *batch, const struct mapping *m, const struct value *key, int64_t row,
                struct err *err);
/* Send BATCH, which takes the N keys GOING away; *IS_READ: M's index is what the answer showed.
 * Else columns have moved, and the session begins anew. */
int rekey_send(struct session *s, struct mapping *m, struct batch *batch,
               const struct hash128 *going, size_t n, bool *is_read, struct err *err);
/* Rows of mapping AT that show their new key, and may be another's row, because rows moved while
 * the key was on its way: a key that stands in another's row gives way to that row's own. M's index
 * is fresh, before and after. Blocks for a read, and for a write where there is something to put
 * back. */
int rekey_verify(struct session *s, uint32_t at, struct err *err);
#endif
