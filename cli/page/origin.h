/* SPDX-License-Identifier: Apache-2.0 */
/*
 * origin: is a request meant for us, and does it come from our own page? Pure.
 *
 * A foreign site can make a browser send requests here, by our address (then Origin names the site)
 * or by a name of its own that leads to 127.0.0.1 (then Host names it).
 */
#ifndef CLI_PAGE_ORIGIN_H
#define CLI_PAGE_ORIGIN_H

#include <stdbool.h>

/* Is HOST ("localhost:8090") this machine's own name for itself? */
bool origin_is_loopback(const char *host);
/* Is HOST the host (and port) of URL ("https://status.example.com/")? URL may be NULL. */
bool origin_is_host_of(const char *host, const char *url);
/* Is ORIGIN ("https://status.example.com", from the header) the page that was served as HOST, or at
 * PUBLIC_URL (may be NULL)? */
bool origin_is_own(const char *origin, const char *host, const char *public_url);
#endif
