/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http/health: --health of the programs that listen: ask the one that runs whether it is well.
 *
 * For containers, which have no shell to ask with. Well means that the process makes progress:
 * MySQL or Google being away is no reason to restart it.
 */
#ifndef COMMON_HTTP_HEALTH_H
#define COMMON_HTTP_HEALTH_H

#include <stdint.h>

/* GET /healthz of what listens at HOST:PORT on this machine (0.0.0.0 and :: are asked on loopback);
 * print "PROGRAM: ..." with the answer on standard output. The exit status: 0 for a 200, else 1.
 * Blocks for 5 s at most. */
int health_ask(const char *program, const char *host, uint16_t port);
#endif
