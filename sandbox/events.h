/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events: what happened, for the pages that show it (server-sent events).
 *
 * A bounded ring; a reader that falls behind is told to look at everything again. Any thread.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
#ifndef SANDBOX_EVENTS_H
#define SANDBOX_EVENTS_H

#include <sys/types.h>

#include "common/http/server.h"
#include "common/stop.h"
#include "sandbox/book.h"
#include "sandbox/library.h"

struct events;

struct events *events_new(struct stop *stop);
void events_free(struct events *e);
/* A version was published: one event a touch. A library_listener. */
void events_changed(void *events, const struct book *b, struct author author);
/* A script tells a person something. */
void events_tell(struct events *e, const char *spreadsheet, const char *title, const char *text);
/* Let RESPONSE stream the events of one spreadsheet from now on. */
void events_stream(struct events *e, const char *spreadsheet, struct http_response *response);
#endif
