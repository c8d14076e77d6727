/* SPDX-License-Identifier: Apache-2.0 */
/* prepare: what a sandbox is started with: spreadsheets (--book) with the script installed in them
 * (--install). */
#ifndef SANDBOX_PREPARE_H
#define SANDBOX_PREPARE_H

#include "sandbox/sandbox.h"

/* SPEC is "ID=TITLE:TAB,TAB...": make that spreadsheet unless it is there. ERR_CONFIG, ERR_IO. */
int prepare_book(struct sandbox *s, const char *spec, struct err *err);

struct prepare;

/* SPEC is "URL,FILE": on a thread of its own, let Code.gs install itself in every spreadsheet that
 * is there with the webhook's URL and the secret in FILE's first line, again and again until the
 * webhook answers. ERR_CONFIG: SPEC, or FILE cannot be read. */
int prepare_install(struct sandbox *s, const char *spec, struct prepare **out, struct err *err);
/* SPEC's URL, malloc()ed; NULL for NULL. */
char *prepare_webhook(const char *spec);
/* The stop has been asked, of the script, too: wait for the thread. NULL is fine. */
void prepare_free(struct prepare *p);
#endif
