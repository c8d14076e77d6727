/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SERVER_ID = 4242071 };

void bench_print(const struct bench_result *r)
{
    printf("{\"events\":%" PRIu64 ",\"row_events\":%" PRIu64 ",\"rows\":%" PRIu64
           ",\"bytes\":%" PRIu64 ",\"text\":%" PRIu64 "}\n",
           r->events, r->row_events, r->rows, r->bytes, r->text);
}

int bench_mysql(struct config_mysql *out, struct err *err)
{
    static char address[256];
    const char *given = getenv("BENCH_MYSQL");
    char *part[4], *rest = address;
    unsigned long port;

    if (given == NULL || strlen(given) >= sizeof(address))
        return err_set(err, ERR_CONFIG, "BENCH_MYSQL is not set (host:port:user:password)");
    memcpy(address, given, strlen(given) + 1);
    for (size_t i = 0; i < 4; i++)
        part[i] = strsep(&rest, ":");
    port = part[3] == NULL ? 0 : strtoul(part[1], NULL, 10);
    if (port == 0 || port > UINT16_MAX)
        return err_set(err, ERR_CONFIG, "BENCH_MYSQL is not host:port:user:password");
    /* The peers do without TLS, too. */
    *out = (struct config_mysql){.host = part[0],
                                 .port = (uint16_t)port,
                                 .user = part[2],
                                 .password = part[3],
                                 .tls = CONFIG_TLS_OFF,
                                 .server_id = SERVER_ID};
    return 0;
}

int bench_fail(const char *program, const struct err *err)
{
    fprintf(stderr, "%s: %s\n", program, err->msg);
    return 1;
}
