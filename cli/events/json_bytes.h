/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_bytes: bytes as JSON, eight at a time, into memory that the caller has measured.
 *
 * The functions write at TO and return where they ended; they may write up to JSON_BYTES_SLACK
 * bytes beyond that. Pure; any thread.
 */
#ifndef CLI_EVENTS_JSON_BYTES_H
#define CLI_EVENTS_JSON_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { JSON_BYTES_SLACK = 16, JSON_BYTES_GROWTH = 6 };

/* What LEN bytes may need, in each of the forms below. */
static inline size_t json_bytes_room(size_t len)
{
    return JSON_BYTES_GROWTH * len + sizeof("{\"hex\":\"\"}") + JSON_BYTES_SLACK;
}

/* TEXT without its quotes; NULL when it is not valid UTF-8. */
char *json_bytes_escape(char *to, const char *text, size_t len);

/* TEXT as a JSON string; when it is not valid UTF-8, as json_bytes_hex. */
char *json_bytes_put(char *to, const char *text, size_t len);

/* LEN bytes as lower-case hexadecimal digits. */
char *json_bytes_digits(char *to, const char *bytes, size_t len);

/* {"hex":"0a1b"} */
char *json_bytes_hex(char *to, const char *bytes, size_t len);

/* The bytes as they are: memcpy for what is nearly always short, as two blocks that overlap. */
static inline char *json_bytes_copy(char *to, const char *from, size_t len)
{
    if (len > 32) {
        memcpy(to, from, len);
    } else if (len > 16) {
        memcpy(to, from, 16);
        memcpy(&to[len - 16], &from[len - 16], 16);
    } else if (len >= 8) {
        memcpy(to, from, 8);
        memcpy(&to[len - 8], &from[len - 8], 8);
    } else if (len >= 4) {
        memcpy(to, from, 4);
        memcpy(&to[len - 4], &from[len - 4], 4);
    } else if (len > 0) {
        to[0] = from[0];
        to[len / 2] = from[len / 2];
        to[len - 1] = from[len - 1];
    }
    return to + len;
}

/* The number in decimal. */
char *json_bytes_uint(char *to, uint64_t n);
#endif
