/* SPDX-License-Identifier: Apache-2.0 */
/* inflate: a gzipped request body, unpacked up to a limit. Pure; any thread. */
#ifndef SANDBOX_INFLATE_H
#define SANDBOX_INFLATE_H

#include "common/buf.h"
#include "common/err.h"

/* ERR_FORMAT: no gzip, torn, or larger than MAX_BYTES. */
int inflate_gzip(const char *data, size_t len, size_t max_bytes, struct buf *out, struct err *err);
#endif
