/* SPDX-License-Identifier: Apache-2.0 */
/* rest_route: which method a path means. */
#ifndef SANDBOX_REST_ROUTE_H
#define SANDBOX_REST_ROUTE_H

#include "sandbox/rest.h"

struct rest_route {
    const char *id; /* as in the discovery document: "spreadsheets.values.get" */
    rest_method *run;
    bool is_write; /* costs a write, needs the right to write (files: to make and remove them) */
    bool is_drive; /* not under the quota of Sheets */
};

/* Fills call->id and call->rest; NULL: there is no such method. */
const struct rest_route *rest_route_find(struct call *call);
#endif
