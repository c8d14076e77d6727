/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cursor: read bytes from outside without ever passing their end.
 *
 * A read past the end returns 0 (or NULL) and sets is_short, which stays: read all the fields, look
 * once. Little-endian, as the protocol is. Pure; one thread at a time.
 */
#ifndef REPLICATOR_BINLOG_CURSOR_H
#define REPLICATOR_BINLOG_CURSOR_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct cursor {
    const uint8_t *at; /* not owned */
    const uint8_t *end;
    bool is_short;
};

static inline struct cursor cursor_init(const void *bytes, size_t len)
{
    const uint8_t *p = bytes;

    return (struct cursor){.at = p, .end = len > 0 ? p + len : p};
}

static inline size_t cursor_left(const struct cursor *c)
{
    return (size_t)(c->end - c->at);
}

/* The next N bytes, or NULL. */
static inline const uint8_t *cursor_take(struct cursor *c, uint64_t n)
{
    const uint8_t *p = c->at;

    if (c->is_short || n > cursor_left(c)) {
        c->is_short = true;
        return NULL;
    }
    c->at += n;
    return p;
}

static inline uint16_t le_load16(const uint8_t *p)
{
    uint16_t v;

    memcpy(&v, p, sizeof(v));
    return le16toh(v);
}

static inline uint32_t le_load32(const uint8_t *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof(v));
    return le32toh(v);
}

static inline uint64_t le_load64(const uint8_t *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof(v));
    return le64toh(v);
}

static inline uint32_t be_load32(const uint8_t *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof(v));
    return be32toh(v);
}

/* N (0 to 8) bytes at P, little-endian. */
static inline uint64_t le_load(const uint8_t *p, size_t n)
{
    uint64_t v = 0;

    switch (n) {
    case 1:
        return p[0];
    case 2:
        return le_load16(p);
    case 3:
        return (uint64_t)p[2] << 16 | (uint64_t)p[1] << 8 | p[0];
    case 4:
        return le_load32(p);
    case 8:
        return le_load64(p);
    default:
        for (size_t i = n; i-- > 0;)
            v = v << 8 | p[i];
        return v;
    }
}

/* N (0 to 8) bytes at P, big-endian. */
static inline uint64_t be_load(const uint8_t *p, size_t n)
{
    uint64_t v = 0;

    switch (n) {
    case 1:
        return p[0];
    case 2:
        return (uint64_t)p[0] << 8 | p[1];
    case 3:
        return (uint64_t)p[0] << 16 | (uint64_t)p[1] << 8 | p[2];
    case 4:
        return be_load32(p);
    case 5:
        return (uint64_t)be_load32(p) << 8 | p[4];
    default:
        for (size_t i = 0; i < n; i++)
            v = v << 8 | p[i];
        return v;
    }
}

static inline uint64_t cursor_uint(struct cursor *c, size_t n)
{
    const uint8_t *p = cursor_take(c, n);

    return p == NULL ? 0 : le_load(p, n);
}

static inline uint8_t cursor_u8(struct cursor *c)
{
    const uint8_t *p = cursor_take(c, 1);

    return p == NULL ? 0 : *p;
}

static inline uint16_t cursor_u16(struct cursor *c)
{
    return (uint16_t)cursor_uint(c, 2);
}

static inline uint32_t cursor_u32(struct cursor *c)
{
    return (uint32_t)cursor_uint(c, 4);
}

static inline uint64_t cursor_u64(struct cursor *c)
{
    return cursor_uint(c, 8);
}

/* A length-encoded integer; 0xFB (NULL) and 0xFF are malformed here. */
static inline uint64_t cursor_lenenc(struct cursor *c)
{
    uint8_t first = cursor_u8(c);

    switch (first) {
    case 0xfc:
        return cursor_uint(c, 2);
    case 0xfd:
        return cursor_uint(c, 3);
    case 0xfe:
        return cursor_uint(c, 8);
    case 0xfb:
    case 0xff:
        c->is_short = true;
        return 0;
    default:
        return first;
    }
}

/* The next N bytes as a cursor of their own; an empty short one when there are not so many. */
static inline struct cursor cursor_sub(struct cursor *c, uint64_t n)
{
    const uint8_t *p = cursor_take(c, n);
    struct cursor sub = {.at = c->end, .end = c->end, .is_short = true};

    return p == NULL ? sub : cursor_init(p, (size_t)n);
}
#endif
