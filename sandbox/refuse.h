/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refuse: say no as Google does. An err carries the HTTP status in detail and Google's sentence.
 */
#ifndef SANDBOX_REFUSE_H
#define SANDBOX_REFUSE_H

#include "common/err.h"

/* Fill ERR with an HTTP status (400, 404, ...) and Google's sentence; return -1. */
int refuse(struct err *err, int status, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* "INVALID_ARGUMENT" for 400, ...: google.rpc.Code by HTTP status. */
const char *refuse_status_name(int status);
#endif
