/* SPDX-License-Identifier: Apache-2.0 */
/*
 * families: mappings with tabs_by in a session: values that come to be get tabs.
 *
 * A session begins by asking MySQL for values without a tab, and does not begin with other members
 * than the configuration was expanded with: the stream would pass the rows of one that it does not
 * know. While it runs, the reading thread tells of rows with a text that no member has, and MySQL
 * is asked again, past a mark. New members end the session: the daemon expands the configuration
 * anew. Where they would be more than tabs_limit none of them gets a tab.
 */
#ifndef REPLICATOR_SESSION_FAMILIES_H
#define REPLICATOR_SESSION_FAMILIES_H

#include "replicator/session/session.h"

/* Comes after a mark. ERR_STOPPED: the configuration is to be expanded anew, which was asked for.
 */
int families_open(struct session *s, struct err *err);
void families_close(struct session *s);
/* Family I may have a new value. */
void families_doubt(struct session *s, size_t i);
/* Rows of CFG's table may have changed unseen: so may its family. */
void families_doubt_of(struct session *s, const struct config_mapping *cfg);
int families_step(struct session *s, struct err *err);
#endif
