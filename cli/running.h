/* SPDX-License-Identifier: Apache-2.0 */
/* running: who runs the instance: the holder of its lease (replicator/lease.h). */
#ifndef CLI_RUNNING_H
#define CLI_RUNNING_H

#include <stdbool.h>

#include "common/config/config.h"
#include "common/err.h"
#include "common/holder.h"
#include "common/mysql/db.h"

struct running {
    bool is_running;      /* somebody holds the lease now */
    struct holder holder; /* ... or held it last; name "": nobody ever did */
};

/* Blocks for a query. */
int running_look(struct db *db, const struct config *config, struct running *out, struct err *err);
#endif
