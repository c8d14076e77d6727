/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pass: what a browser shows instead of the token once it has been typed: an end, signed with the
 * token. So nothing is kept: a restart keeps people in, another token puts them out. Pure.
 */
#ifndef CLI_PAGE_PASS_H
#define CLI_PAGE_PASS_H

#include <stdbool.h>
#include <stdint.h>

enum { PASS_HOURS = 12, PASS_SIZE = 96 };
#define PASS_COOKIE "tabrelay_page"

/* Write a pass that ends at END_MS (since 1970). */
void pass_make(const char *token, int64_t end_ms, char out[PASS_SIZE]);
/* Does COOKIES (the value of the header, NULL if there is none) hold a pass of TOKEN that has not
 * ended? */
bool pass_is_good(const char *token, const char *cookies, int64_t now_ms);
/* Are the two the same? Tells nothing about where they differ, nor of the length. */
bool pass_is_token(const char *token, const char *given);
#endif
