/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process: what MySQL is told of a running daemon, and what it is told in return: reload.
 *
 * A thread with a connection of its own keeps the daemon's row in the table process and a named
 * lock that tells whether the row is of a living process. Each second it looks whether `tabrelay
 * reload` was called, and then sends SIGHUP to its own process, so that there is one way to reload;
 * and whether other members are there than it runs with, for which there is STOP_RENEW. While MySQL
 * is away it tries again; nothing else waits for it. Where MySQL refuses the login, and the file,
 * or the secret that it names, says another one by now, it asks for a reload by itself: nobody
 * could ask through MySQL.
 */
#ifndef COMMON_DAEMON_PROCESS_H
#define COMMON_DAEMON_PROCESS_H

#include "common/config/config.h"
#include "common/err.h"

struct process;

/* Tell of PROGRAM ("replicator", "webhook"), which runs with CFG, read from PATH. Starts the
 * thread. */
int process_start(const char *program, const char *path, const struct config *cfg,
                  struct process **out, struct err *err);
/* A configuration was read: CFG is the one that the daemon runs with now, which is the same as
 * before when ERROR says why it was refused (NULL: it was taken). Main thread. */
void process_reloaded(struct process *p, const struct config *cfg, const char *error);
/* The members of its families were taken: CFG is what it runs with now. Main thread. */
void process_renewed(struct process *p, const struct config *cfg);
/* End the thread; the row goes. NULL is fine. Blocks for a query, or for connecting (10 s). */
void process_stop(struct process *p);
#endif
