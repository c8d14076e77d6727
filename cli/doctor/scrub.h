/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor/scrub: take out of a message what may come from a person's data. Pure.
 */
#ifndef CLI_DOCTOR_SCRUB_H
#define CLI_DOCTOR_SCRUB_H

#include <stddef.h>

#include "common/buf.h"

/* Append TEXT, one line, without addresses of mail and of the web, and without words that look like
 * ids or tokens (20 characters and more). */
void scrub_words(struct buf *out, const char *text, size_t len);
/* The same, and also without all that stands between the first quotation mark of any kind and the
 * last one (a value may hold quotation marks itself), and without digits. */
void scrub_message(struct buf *out, const char *text, size_t len);
/* Replace each SECRET in TEXT by stars: nothing should be left to replace. Short ones are left:
 * their letters could be anything. */
void scrub_secret(struct buf *text, const char *secret);
#endif
