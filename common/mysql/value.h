/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value: one MySQL value in tabrelay's canonical text.
 *
 * The text is what SELECT prints on a session with utf8mb4, time_zone '+00:00' and binary columns
 * raw:
 *
 *   integers "-12"; DECIMAL with all its digits "250.00"; FLOAT and DOUBLE as number_print_float
 * and number_print_double lay them out (the servers differ): the shortest text that reads back the
 * same; BIT as unsigned decimal; DATE "2024-02-29"; TIME "-507:48:27.250" and DATETIME, TIMESTAMP
 *   "2024-02-29 10:11:12.345678" with exactly fsp digits; YEAR "2024"; ENUM and SET labels; JSON as
 *   MySQL prints it; BINARY(n) padded to n.
 *
 * Equal values have equal text: the reader of the binlog and the reader of SELECT agree. Three
 * states, never to be confused: a value, NULL, and absent (the row image did not carry the column).
 */
#ifndef COMMON_MYSQL_VALUE_H
#define COMMON_MYSQL_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum value_state { VALUE_ABSENT, VALUE_NULL, VALUE_TEXT };

struct value {
    const char *ptr; /* not owned, not NUL-terminated */
    size_t len;
    enum value_state state;
};

#define VALUE_INIT_NULL ((struct value){.state = VALUE_NULL})

static inline struct value value_text(const char *ptr, size_t len)
{
    return (struct value){.ptr = ptr, .len = len, .state = VALUE_TEXT};
}

static inline bool value_equal(struct value a, struct value b)
{
    return a.state == b.state &&
           (a.state != VALUE_TEXT || (a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0));
}
#endif
