/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the JSON key file of a service account: refused with words that do not quote it, or
 * good for a JWT. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "replicator/sheets/token.h"
#include "tests/fuzz/targets.h"

static void use_token(struct token *t)
{
    CLEANUP_BUF struct buf jwt = BUF_INIT;
    struct err err = ERR_INIT;
    const char *dot;

    if (token_account(t)[0] == '\0')
        abort();
    if (token_jwt(t, 1700000000, &jwt, &err) != 0) {
        if (err.msg[0] == '\0')
            abort();
        return;
    }
    dot = strchr(buf_text(&jwt), '.');
    if (dot == NULL || strchr(dot + 1, '.') == NULL || strpbrk(buf_text(&jwt), "+/= \n\"") != NULL)
        abort();
}

void fuzz_key(const uint8_t *data, size_t size)
{
    static int fd = -1;
    struct err err = ERR_INIT;
    struct token *t = NULL;
    char path[64];

    if (fd == -1)
        fd = memfd_create("key", MFD_CLOEXEC);
    if (fd == -1 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
        abort();
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (token_open(path, "scope", &t, &err) == 0)
        use_token(t);
    else if (err.code == ERR_NONE || err.msg[0] == '\0' || strstr(err.msg, "BEGIN") != NULL)
        abort();
    token_free(t);
}
