/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tries: how many wrong tokens are borne: ten at once, and one more every six seconds, of everybody
 * together. Pure; the caller locks.
 */
#ifndef CLI_PAGE_TRIES_H
#define CLI_PAGE_TRIES_H

#include <stdbool.h>
#include <stdint.h>

enum { TRIES_MAX = 10, TRIES_EVERY_MS = 6000 };

struct tries {
    int64_t free_ms; /* when all of them are left again; 0: they are */
};

/* May another token be looked at, at NOW_MS? */
bool tries_left(const struct tries *t, int64_t now_ms);
/* It was wrong. */
void tries_spend(struct tries *t, int64_t now_ms);
#endif
