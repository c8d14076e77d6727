/* SPDX-License-Identifier: Apache-2.0 */
/* compress: MariaDB's compressed part of an event (log_bin_compress). Pure. */
#ifndef REPLICATOR_BINLOG_COMPRESS_H
#define REPLICATOR_BINLOG_COMPRESS_H

#include "common/buf.h"
#include "common/err.h"
#include "replicator/binlog/cursor.h"

/* Unpack all that C holds into OUT, which is cleared first. ERR_FORMAT, ERR_NOMEM. */
int compress_unpack(struct cursor *c, struct buf *out, struct err *err);
#endif
