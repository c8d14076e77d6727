/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stop: the one wish to end that every thread looks at.
 *
 * Anyone may ask; every wait in the programs is a timed wait on this, so asking wakes them all. Any
 * thread.
 */
#ifndef COMMON_STOP_H
#define COMMON_STOP_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct stop;

struct stop *stop_new(void); /* NULL when out of memory */
void stop_free(struct stop *s);
void stop_ask(struct stop *s);
bool stop_is_asked(const struct stop *s);
/* Sleep for WAIT_MS or until asked; true if asked. */
bool stop_wait_ms(struct stop *s, int64_t wait_ms);

/* Block SIGINT and SIGTERM (and ignore SIGPIPE) in this and all later threads; call first in
 * main(). */
void stop_block_signals(void);
/* Wait until SIGINT or SIGTERM comes, or S is asked by somebody else; returns the signal or 0. */
int stop_wait_signal(struct stop *s);
/* The same with SIGHUP, the wish to read the configuration anew, and STOP_RENEW, the wish to look
 * at the members of its families anew. stop_block_reload blocks both. */
#define STOP_RENEW SIGUSR1
/* Send it to this process. Any thread. */
void stop_ask_renewal(void);
void stop_block_reload(void);
int stop_wait_signal_or_reload(struct stop *s);
#endif
