/* SPDX-License-Identifier: Apache-2.0 */
/* utf8: is this well-formed UTF-8 (RFC 3629)? Pure; any thread. */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the well-formed character at TEXT, 1 to 4; 0 if it is not one. LEN > 0. */
size_t utf8_length(const char *text, size_t len);
bool utf8_is_valid(const char *text, size_t len);
#endif
