/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http/framing: is it beyond doubt where a request ends? Private to common/http/server.c.
 *
 * A proxy and a server that read one request's end differently let a stranger smuggle a second one
 * past the proxy (RFC 9112, sections 6.3 and 11.2). libmicrohttpd is generous: it takes both
 * lengths, two lengths, and headers whose names end with a blank.
 */
#ifndef COMMON_HTTP_FRAMING_H
#define COMMON_HTTP_FRAMING_H

#include <microhttpd.h>
#include <stdbool.h>

/* Once its headers are there, before its body is. Any thread. */
bool framing_is_plain(struct MHD_Connection *connection);
#endif
