/* SPDX-License-Identifier: Apache-2.0 */
/* typed_date: dates and times as people of the en_US locale type them. Pure; any thread. */
#ifndef SANDBOX_TYPED_DATE_H
#define SANDBOX_TYPED_DATE_H

#include "sandbox/typed.h"

/* 2024-02-29, 2024/2/29, 2/29/2024, Feb 29, 2024, 29 Feb 2024; 10:11, 10:11:12.5, 3 PM; a date and
 * a time with a blank between. False: it is none, OUT is untouched. */
bool typed_parse_date(const char *text, struct typed *out);
#endif
