/* SPDX-License-Identifier: Apache-2.0 */
/* schema: which version our own tables have (init_db.c). */
#ifndef CLI_SCHEMA_H
#define CLI_SCHEMA_H

#include "common/err.h"
#include "common/mysql/db.h"

/* The version that this program needs. */
unsigned schema_newest(void);
/* Of the current database; 0 if our tables are not there. */
int schema_version(struct db *db, unsigned *version, struct err *err);
#endif
