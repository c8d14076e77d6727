/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/page/gate.h"

#include <string.h>
#include <strings.h>

#include "cli/page/origin.h"
#include "cli/page/pass.h"
#include "common/clock.h"
#include "common/log.h"

#define BEARER "Bearer "

static bool is_loopback(const char *listen_host)
{
    return strcmp(listen_host, "::1") == 0 || origin_is_loopback(listen_host);
}

void gate_open(struct gate *gate, const struct config_page *cfg)
{
    *gate = (struct gate){.cfg = cfg};
    gate->is_private = cfg->public_url != NULL || !is_loopback(cfg->listen_host);
    pthread_mutex_init(&gate->lock, NULL);
}

void gate_close(struct gate *gate)
{
    pthread_mutex_destroy(&gate->lock);
}

/* Where everything wants the token, a foreign name for us gains nothing. A proxy lets others in, so
 * it must be known of. */
static bool is_for_us(const struct gate *gate, const struct http_request *request)
{
    const char *host = http_request_header(request, "Host");

    if (host == NULL || gate->is_private)
        return host != NULL;
    return origin_is_loopback(host) && http_request_header(request, "X-Forwarded-For") == NULL &&
           http_request_header(request, "Forwarded") == NULL;
}

static bool is_from_us(const struct gate *gate, const struct http_request *request)
{
    const char *site = http_request_header(request, "Sec-Fetch-Site");
    const char *origin = http_request_header(request, "Origin");
    const char *type = http_request_header(request, "Content-Type");

    if (site != NULL && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
        return false;
    if (origin != NULL &&
        !origin_is_own(origin, http_request_header(request, "Host"), gate->cfg->public_url))
        return false;
    /* No form of a foreign site can send these two; a script of it would have to ask us first. */
    return http_request_header(request, "X-Tabrelay-Page") != NULL && type != NULL &&
           strncasecmp(type, "application/json", 16) == 0;
}

bool gate_take_token(struct gate *gate, const struct http_request *request, const char *given,
                     struct http_response *response)
{
    bool is_left, is_right = false;

    pthread_mutex_lock(&gate->lock);
    is_left = tries_left(&gate->tries, clock_mono_ms());
    if (is_left)
        is_right = gate->cfg->token != NULL && pass_is_token(gate->cfg->token, given);
    if (is_left && !is_right)
        tries_spend(&gate->tries, clock_mono_ms());
    pthread_mutex_unlock(&gate->lock);
    if (is_right)
        return true;
    log_warn("page: refused req=%s peer=%s problem=%s", request->id, request->peer,
             is_left ? "wrong_token" : "too_many_tokens");
    if (is_left) {
        http_response_error(response, 401, "wrong_token", "This is not the token.");
    } else {
        http_response_error(response, 429, "too_many_tokens",
                            "Too many wrong tokens. Wait a minute, then try again.");
        http_response_header(response, "Retry-After", "60");
    }
    return false;
}

static bool has_pass(const struct gate *gate, const struct http_request *request)
{
    return gate->cfg->token != NULL &&
           pass_is_good(gate->cfg->token, http_request_header(request, "Cookie"), clock_wall_ms());
}

/* The token itself, from a program; NULL: none. */
static const char *bearer_of(const struct http_request *request)
{
    const char *value = http_request_header(request, "Authorization");

    if (value == NULL || strncasecmp(value, BEARER, sizeof(BEARER) - 1) != 0)
        return NULL;
    return value + sizeof(BEARER) - 1;
}

bool gate_is_known(const struct gate *gate, const struct http_request *request)
{
    return has_pass(gate, request);
}

static bool has_token(struct gate *gate, const struct http_request *request,
                      struct http_response *response)
{
    const char *bearer = bearer_of(request);

    if (bearer != NULL)
        return gate_take_token(gate, request, bearer, response);
    if (has_pass(gate, request))
        return true;
    if (gate->cfg->token == NULL)
        http_response_error(response, 403, "read_only",
                            "Nobody can act here: page.token is not set in the configuration.");
    else
        http_response_error(response, 401, "token_needed", "Log in with the page's token.");
    return false;
}

bool gate_pass(struct gate *gate, const struct http_request *request, enum gate_wish wish,
               struct http_response *response)
{
    bool writes = wish == GATE_LOGIN || wish == GATE_ACT;

    if (!is_for_us(gate, request)) {
        http_response_error(response, 421, "foreign_host",
                            "This page is served as localhost or 127.0.0.1. Behind a proxy, set "
                            "page.public_url.");
        return false;
    }
    if (writes && bearer_of(request) == NULL && !is_from_us(gate, request)) {
        http_response_error(response, 403, "cross_site", "Only the page itself may ask for this.");
        return false;
    }
    if (wish == GATE_ACT || (wish == GATE_READ && gate->is_private))
        return has_token(gate, request, response);
    return true;
}
