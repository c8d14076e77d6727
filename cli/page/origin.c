/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/page/origin.h"

#include <string.h>
#include <strings.h>

/* The length of HOST without its port. */
static size_t name_length(const char *host)
{
    const char *end = host[0] == '[' ? strchr(host, ']') : NULL;

    return end != NULL ? (size_t)(end - host) + 1 : strcspn(host, ":");
}

bool origin_is_loopback(const char *host)
{
    size_t len = name_length(host);

    /* A port may follow, and nothing else. */
    if (host[len] != '\0' &&
        (host[len] != ':' || host[len + 1 + strspn(host + len + 1, "0123456789")] != '\0'))
        return false;
    if ((len == 9 && strncasecmp(host, "localhost", len) == 0) ||
        (len == 5 && memcmp(host, "[::1]", len) == 0))
        return true;
    /* 127.0.0.1, not 127.0.0.1.example.com */
    return strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == len;
}

/* What stands between "//" and the path; its length in *LEN. */
static const char *authority(const char *url, size_t *len)
{
    const char *at = strstr(url, "://");

    at = at == NULL ? url : at + 3;
    *len = strcspn(at, "/");
    return at;
}

bool origin_is_host_of(const char *host, const char *url)
{
    size_t len;
    const char *own = url == NULL ? NULL : authority(url, &len);

    return own != NULL && strlen(host) == len && strncasecmp(host, own, len) == 0;
}

bool origin_is_own(const char *origin, const char *host, const char *public_url)
{
    size_t len, public_len;

    if (strncmp(origin, "http://", 7) != 0 && strncmp(origin, "https://", 8) != 0)
        return false;
    if (origin_is_host_of(host, origin))
        return true;
    if (public_url == NULL)
        return false;
    /* The scheme, too; the configured address ends in a slash, or goes on with a path. */
    (void)authority(public_url, &public_len);
    len = (size_t)(strstr(public_url, "://") - public_url) + 3 + public_len;
    return strlen(origin) == len && strncasecmp(origin, public_url, len) == 0;
}
