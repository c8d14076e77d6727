/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holder: who holds an instance's lease, as lease.holder says it:
 *
 *   db1:4711 since=2026-01-31T10:11:12Z machine=5f0c3a9e11d2b7aa start=8812345
 * owner=1c9ad0e0b3f04d57
 *
 * The name ("host:pid") and the time are for people. MACHINE and START tell a process that has died
 * on this machine from one that lives. OWNER is the instance's own number, made with its first
 * lease and handed on: no other state database has it. Older versions wrote the name alone. Any
 * thread.
 */
#ifndef COMMON_HOLDER_H
#define COMMON_HOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

enum { HOLDER_NAME_SIZE = 160, HOLDER_TIME_SIZE = 32 };

struct holder {
    char name[HOLDER_NAME_SIZE];
    char since[HOLDER_TIME_SIZE]; /* UTC; "": not known */
    uint64_t machine;             /* of this boot and process namespace; 0: not known */
    uint64_t start;               /* of the process, in ticks of that boot; 0: not known */
    uint64_t owner;               /* 0: none yet */
};

/* This process, from now on. */
void holder_self(struct holder *out);
void holder_print(const struct holder *h, struct buf *out);
/* What TEXT does not say stays 0 or "". */
void holder_parse(const char *text, struct holder *out);

/* Is it this very process? */
bool holder_is_self(const struct holder *h);
/* Was it a process of this machine that has certainly ended? */
bool holder_is_dead(const struct holder *h);
#endif
