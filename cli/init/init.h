/* SPDX-License-Identifier: Apache-2.0 */
/* init: what was answered so far, and the steps of `tabrelay init`. One thread. */
#ifndef CLI_INIT_INIT_H
#define CLI_INIT_INIT_H

#include <stdbool.h>

#include "cli/cli.h"
#include "cli/init/tables.h"
#include "cli/init/yaml.h"

/* Bits of the command's own options. */
enum init_option {
    INIT_OUTPUT = 1 << 0,
    INIT_HOST = 1 << 1,
    INIT_PORT = 1 << 2,
    INIT_SOCKET = 1 << 3,
    INIT_USER = 1 << 4,
    INIT_PASSWORD_FILE = 1 << 5,
    INIT_TLS = 1 << 6,
    INIT_TABLES = 1 << 7,
    INIT_SPREADSHEET = 1 << 8,
    INIT_CREDENTIALS = 1 << 9,
    INIT_SANDBOX = 1 << 10,
    INIT_PUBLIC_URL = 1 << 11,
    INIT_DIRECTION = 1 << 12,
    INIT_CONFLICT = 1 << 13,
    INIT_YES = 1 << 14,
    INIT_FORCE = 1 << 15,
};

struct init {
    const struct cli_args *args;
    bool is_asking;
    struct buf folder; /* of the file; "." or a path */
    const char *output;
    struct buf host, port, socket, user, spreadsheet, credentials, public_url, direction, conflict;
    struct buf password;         /* a secret, typed or read */
    struct buf password_setting; /* how the configuration names it; "": none */
    bool is_password_typed;      /* it gets a file of its own */
    struct buf account;          /* the service account's address; "": not known */
    struct buf fetched_key;      /* the sandbox's key file, to be written; "": none */
    struct init_tables tables;
};

/* The value of an option, NULL: not given. */
const char *init_value(const struct init *init, enum init_option option);
/* The settings as texts of INIT, which must stay. */
struct init_settings init_settings(const struct init *init);

/* init/mysql.c: ask for the server until a connection stands; list the tables and choose. */
int init_ask_mysql(struct init *init, struct err *err);
/* init/google.c: the spreadsheet, the service account, the webhook's address, the policies. */
int init_ask_google(struct init *init, struct err *err);
/* Append the id that ADDRESS holds after "/d/", or ADDRESS itself. */
void init_spreadsheet_id(const char *address, struct buf *out);
/* init/files.c: write the secrets' files that are not there, and the configuration, once the parser
 * takes it. Nothing stays of what was begun when it fails. */
int init_write(const struct init *init, struct err *err);
#endif
