/* SPDX-License-Identifier: Apache-2.0 */
/* stream_error: what the errors of a replication stream mean for us. Pure. */
#ifndef REPLICATOR_BINLOG_STREAM_ERROR_H
#define REPLICATOR_BINLOG_STREAM_ERROR_H

#include <stdint.h>

#include "common/err.h"

/* Fill ERR from what the server (or the client library) said; return -1. */
int stream_error(struct err *err, unsigned number, const char *text);
/* There is no room for the next event, for which the client libraries have no number of its own:
 * they take the connection for lost, and leave ENOMEM in errno. Return -1; it may come later. */
int stream_no_memory(struct err *err);
/* MariaDB's only command for a file and offset has 32 bits for the offset; return -1. */
int stream_too_far(struct err *err, const char *file, uint64_t offset);
#endif
