/* SPDX-License-Identifier: Apache-2.0 */
/* grants: the MySQL users of the programs, and what each must be allowed. */
#ifndef CLI_GRANTS_H
#define CLI_GRANTS_H

#include <stdbool.h>

#include "common/config/config.h"
#include "common/err.h"
#include "common/mysql/db.h"

/* What a user of one role needs of MySQL and the mapped tables. */
struct grants_needs {
    bool reads_binlog;
    bool asks_position;
    bool writes_tables;
};

/* Is mapping AT the first of its database? */
bool grants_is_first_of(const struct config *config, size_t at);
/* Of a user whose name ends as one of grants' users' does; NULL: of any other. */
const struct grants_needs *grants_needs_of(const char *user);

/* Make the users PREFIX_replicator, PREFIX_webhook and PREFIX_cli, or give those that are there
 * their passwords and what they lack; nothing is taken away. Each password is the first line of the
 * file in FOLDER that has the user's name. DB is an administrator's connection, our tables and the
 * mapped ones must exist. ERR_CONFIG: a password cannot be read; nothing was changed. ERR_MYSQL,
 * ERR_AUTH: the users before are made. */
int grants_apply(struct db *db, const struct config *config, const char *prefix, const char *folder,
                 struct err *err);
#endif
