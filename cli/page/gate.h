/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate: who may read the page and who may act (docs/page.md, Who may do what). Any thread.
 */
#ifndef CLI_PAGE_GATE_H
#define CLI_PAGE_GATE_H

#include <pthread.h>
#include <stdbool.h>

#include "cli/page/tries.h"
#include "common/config/config.h"
#include "common/http/server.h"

struct gate {
    const struct config_page *cfg;
    bool is_private; /* others can reach it: nothing is shown without the token */
    pthread_mutex_t lock;
    struct tries tries; /* under the lock */
};

/* FILE: a file of the page, which holds nothing. LOGIN: to type the token. */
enum gate_wish { GATE_FILE, GATE_READ, GATE_LOGIN, GATE_ACT };

void gate_open(struct gate *gate, const struct config_page *cfg);
void gate_close(struct gate *gate);
/* True: go on. False: RESPONSE says why not. */
bool gate_pass(struct gate *gate, const struct http_request *request, enum gate_wish wish,
               struct http_response *response);
/* Does the request hold a pass: has its sender logged in? */
bool gate_is_known(const struct gate *gate, const struct http_request *request);
/* The token was typed: is it right? False: RESPONSE says why not. */
bool gate_take_token(struct gate *gate, const struct http_request *request, const char *given,
                     struct http_response *response);
#endif
