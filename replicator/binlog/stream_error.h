/* SPDX-License-Identifier: Apache-2.0 */
/* stream_error: what an error number and text of a replication stream mean for us. Pure. */
#ifndef REPLICATOR_BINLOG_STREAM_ERROR_H
#define REPLICATOR_BINLOG_STREAM_ERROR_H

#include "common/err.h"

/* Fill ERR from what the server (or the client library) said; return -1. */
int stream_error(struct err *err, unsigned number, const char *text);
#endif
