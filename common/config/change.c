/* SPDX-License-Identifier: Apache-2.0 */
/* change: what of a configuration cannot change while a process runs. */
#include <string.h>

#include "common/config/config.h"

static int refuse(const char *key, struct err *err)
{
    err_set(err, ERR_CONFIG, "%s cannot change while the programs run", key);
    return err_hint(err, "Restart tabrelay-replicator and tabrelay-webhook to change it.");
}

int config_check_change(const struct config *old, const struct config *new, struct err *err)
{
    if (strcmp(old->instance, new->instance) != 0)
        return refuse("instance", err);
    if (strcmp(old->mysql.state_database, new->mysql.state_database) != 0)
        return refuse("mysql.state_database", err);
    if (strcmp(old->webhook.listen_host, new->webhook.listen_host) != 0 ||
        old->webhook.listen_port != new->webhook.listen_port)
        return refuse("webhook.listen", err);
    if (old->webhook.threads != new->webhook.threads)
        return refuse("webhook.threads", err);
    if (old->webhook.max_body_bytes != new->webhook.max_body_bytes)
        return refuse("webhook.max_body", err);
    return 0;
}
