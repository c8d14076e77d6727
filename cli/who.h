/* SPDX-License-Identifier: Apache-2.0 */
/* who: who calls a command, for the logs: "root@db1". */
#ifndef CLI_WHO_H
#define CLI_WHO_H

#include "common/buf.h"

/* Append USER@HOST, at most 255 bytes. */
void who_append(struct buf *out);
#endif
