/* SPDX-License-Identifier: Apache-2.0 */
/* route_login: the token is typed once; then the browser holds a pass (pass.h). */
#include <stdio.h>
#include <string.h>

#include "cli/page/page.h"
#include "cli/page/pass.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"

/* No script can read the cookie, no foreign site make a browser send it. */
#define COOKIE_RULES "; Path=/; HttpOnly; SameSite=Strict"

static void set_cookie(const struct page *page, struct http_response *response, const char *pass,
                       int seconds)
{
    const char *url = page->config->page.public_url;
    bool is_https = url != NULL && strncmp(url, "https://", 8) == 0;
    char cookie[256];

    snprintf(cookie, sizeof(cookie), PASS_COOKIE "=%s; Max-Age=%d" COOKIE_RULES "%s", pass, seconds,
             is_https ? "; Secure" : "");
    http_response_header(response, "Set-Cookie", cookie);
}

void page_login(void *ctx, const struct http_request *request, struct http_response *response)
{
    struct page *page = ctx;
    CLEANUP_JSON cJSON *body = NULL;
    char pass[PASS_SIZE];
    struct err err;

    if (json_parse(request->body, request->body_len, &body, &err) != 0) {
        http_response_error(response, 400, "bad_json", "%s", err.msg);
        return;
    }
    if (!gate_take_token(&page->gate, request, json_text(body, "token", ""), response))
        return;
    pass_make(page->config->page.token, clock_wall_ms() + PASS_HOURS * 3600000LL, pass);
    set_cookie(page, response, pass, PASS_HOURS * 3600);
    buf_puts(&response->body, "{\"is_logged_in\": true}\n");
    log_info("page: logged in req=%s peer=%s", request->id, request->peer);
}

void page_logout(void *ctx, const struct http_request *request, struct http_response *response)
{
    (void)request;
    set_cookie(ctx, response, "", 0);
    buf_puts(&response->body, "{\"is_logged_in\": false}\n");
}
