/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench: what the programs of bench-decode share: where the server is, and how a result looks.
 *
 * One thread.
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdint.h>

#include "common/config/config.h"
#include "common/err.h"

/* The server's binlog file after the one that is measured begins with a row of this table. */
#define BENCH_SCHEMA "bench"
#define BENCH_MARK "mark"

/* What a program has seen; printed as one line of JSON. */
struct bench_result {
    uint64_t events;
    uint64_t row_events;
    uint64_t rows;
    uint64_t bytes; /* of the events */
    uint64_t text;  /* bytes of all values as text */
};

void bench_print(const struct bench_result *r);

/* BENCH_MYSQL="host:port:user:password" as the address of the server. ERR_CONFIG. */
int bench_mysql(struct config_mysql *out, struct err *err);

/* Print ERR as PROGRAM's; returns the exit status. */
int bench_fail(const char *program, const struct err *err);
#endif
