/* SPDX-License-Identifier: Apache-2.0 */
/* gzip: a body packed for Content-Encoding: gzip. Pure; any thread. */
#ifndef COMMON_HTTP_GZIP_H
#define COMMON_HTTP_GZIP_H

#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"

/* Append DATA, packed quickly rather than small. ERR_NOMEM; ERR_FORMAT: more than 2 GiB. */
int gzip_put(struct buf *out, const char *data, size_t len, struct err *err);
#endif
