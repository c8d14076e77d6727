/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_print: binary JSON as the text that MySQL prints, growing in an arena up to a limit.
 *
 * Every function returns -1 when the value is malformed, nested too deep, longer than the limit or
 * out of memory (is_nomem tells). Pure; one thread at a time per printer.
 */
#ifndef REPLICATOR_BINLOG_JSON_PRINT_H
#define REPLICATOR_BINLOG_JSON_PRINT_H

#include "common/arena.h"
#include "common/err.h"
#include "common/mysql/value.h"
#include "replicator/binlog/json_binary.h"

struct json_printer {
    struct arena *arena;
    char *start; /* in the arena; the newest text there */
    char *at;
    char *end;
    size_t limit; /* bytes of text at most */
    bool is_nomem;
};

/* For a document of BINARY_BYTES. -1: out of memory. */
int json_printer_init(struct json_printer *p, size_t binary_bytes, struct arena *arena);
/* What was printed. The memory that was not needed goes back to the arena. */
struct value json_printer_take(struct json_printer *p);
/* The error for a -1: ERR_NOMEM or ERR_FORMAT. Returns -1. */
int json_printer_fail(const struct json_printer *p, size_t binary_bytes, struct err *err);

/* DEPTH of the whole document is 1. */
int json_put_value(struct json_printer *p, const struct json_value *v, unsigned depth);

/* The parts of a container: its begin, the way to element I (of an object: with its key), its end.
 */
int json_put_open(struct json_printer *p, bool is_object);
int json_put_comma(struct json_printer *p, uint32_t i);
int json_put_key(struct json_printer *p, uint32_t i, const uint8_t *key, size_t n);
int json_put_close(struct json_printer *p, bool is_object);

/* The parts of json_put_value (json_scalar.c): any type that is no container; a string. */
int json_put_scalar(struct json_printer *p, const struct json_value *v);
int json_put_string(struct json_printer *p, const uint8_t *s, size_t n);
/* Room for N more bytes at p->at; NULL at the limit or out of memory. */
char *json_printer_grow(struct json_printer *p, size_t n);

static inline char *json_printer_room(struct json_printer *p, size_t n)
{
    return (size_t)(p->end - p->at) >= n ? p->at : json_printer_grow(p, n);
}
#endif
