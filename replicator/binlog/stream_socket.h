/* SPDX-License-Identifier: Apache-2.0 */
/* stream_socket: how long a stream's socket may be silent, and how it is woken. For stream_*.c. */
#ifndef REPLICATOR_BINLOG_STREAM_SOCKET_H
#define REPLICATOR_BINLOG_STREAM_SOCKET_H

#include "common/err.h"

/* For the client library: never less than a minute (see stream_open). */
unsigned stream_read_timeout_s(unsigned silence_ms);

/* Let TCP find a dead peer within SILENCE_MS. Returns a descriptor of our own for the same socket,
 * for shutdown(2) from another thread: the library may close its own at any time. -1 and ERR_IO. */
int stream_socket(int fd, unsigned silence_ms, struct err *err);
#endif
