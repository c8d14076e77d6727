/* SPDX-License-Identifier: Apache-2.0 */
/*
 * daemon: a program that runs until SIGTERM or SIGINT, and takes a changed configuration on SIGHUP.
 * What runs has the members of mappings with tabs_by (common/config/family.h); when these have
 * changed, STOP_RENEW, it goes on with the same configuration and the new members.
 *
 * The file is read anew, and all of it: one that is wrong in any place is refused, with every
 * problem logged, and the old one runs on. So is one that changes what cannot change in a running
 * process; that is named. Main thread.
 */
#ifndef COMMON_DAEMON_DAEMON_H
#define COMMON_DAEMON_DAEMON_H

#include "common/config/config.h"
#include "common/err.h"
#include "common/stop.h"

/* What runs. */
struct daemon_work {
    struct stop *stop; /* owned: the wish to end; the work itself may ask, too */
    void *running;     /* NULL: nothing runs */
    struct err err;    /* why nothing runs any more; change sets it */
};

struct daemon_program {
    const char *name; /* "replicator" */
    /* Begin. CFG stays until the next change or finish has returned. */
    int (*start)(struct daemon_work *work, const struct config *cfg, struct err *err);
    /* Go on with CFG instead of OLD. -1: with OLD as before, or, when nothing runs, not at all. */
    int (*change)(struct daemon_work *work, const struct config *old, const struct config *cfg,
                  struct err *err);
    /* End, also when nothing runs; -1 with the error that ended the work. */
    int (*finish)(struct daemon_work *work, struct err *err);
};

/* Run PROGRAM with CFG, as it was read from PATH; the caller frees it afterwards. Returns when
 * asked to stop; -1 with the error that ended the work, or why it did not begin. */
int daemon_run(const struct daemon_program *program, const char *path, const struct config *cfg,
               struct err *err);
#endif
