/* SPDX-License-Identifier: Apache-2.0 */
/* init/yaml: the configuration that was asked for, as commented text. Pure. */
#ifndef CLI_INIT_YAML_H
#define CLI_INIT_YAML_H

#include "cli/init/tables.h"
#include "common/buf.h"

/* Texts as the configuration says them: a secret is "${NAME}" or "file:PATH". NULL: the default. */
struct init_settings {
    const char *host, *port, *socket, *user, *tls, *password;
    const char *credentials;
    const char *base_url; /* of a sandbox */
    const char *secret;
    const char *public_url;
    const char *spreadsheet;
    const char *direction, *conflict;
    const struct init_tables *tables;
};

void init_yaml(struct buf *out, const struct init_settings *s);
/* Only what is needed to connect; the rest is filled in with what the parser takes. */
void init_yaml_probe(struct buf *out, const struct init_settings *s);
#endif
