/* SPDX-License-Identifier: Apache-2.0 */
/* tab_row: rows inside tab*.c, counted and shared; nobody else's business. */
#ifndef SANDBOX_TAB_ROW_H
#define SANDBOX_TAB_ROW_H

#include "sandbox/tab.h"

struct row *row_new(uint32_t n);
struct row *row_ref(struct row *r); /* NULL is fine */
void row_unref(struct row *r);      /* NULL is fine */
/* Make *SLOT a row that nobody else holds, with N cells at least. */
struct row *row_own(struct row **slot, uint32_t n);
/* Have row pointers for N rows. */
void tab_reach(struct tab *t, size_t n);
#endif
