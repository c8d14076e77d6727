/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/json_path.h"

#include <string.h>

enum { INDEX_MAX = 0x7fffffff };

int json_path_open(const char *text, size_t len, struct json_path *out)
{
    if (len == 0 || text[0] != '$')
        return -1;
    *out = (struct json_path){.at = text + 1, .end = text + len};
    return 0;
}

static bool accept(struct json_path *p, const char *word)
{
    size_t n = strlen(word);

    if ((size_t)(p->end - p->at) < n || memcmp(p->at, word, n) != 0)
        return false;
    p->at += n;
    return true;
}

static int read_number(struct json_path *p, uint32_t *out)
{
    const char *first = p->at;
    uint64_t v = 0;

    for (; p->at < p->end && *p->at >= '0' && *p->at <= '9' && v <= INDEX_MAX; p->at++)
        v = v * 10 + (uint64_t)(*p->at - '0');
    *out = (uint32_t)v;
    return p->at > first && v <= INDEX_MAX ? 0 : -1;
}

/* After "[". */
static int read_element(struct json_path *p, struct json_leg *out)
{
    out->is_from_end = accept(p, "last");
    if ((!out->is_from_end || accept(p, "-")) && read_number(p, &out->index) != 0)
        return -1;
    return accept(p, "]") ? 1 : -1;
}

static int read_hex(struct json_path *p, uint32_t *out)
{
    *out = 0;
    for (int i = 0; i < 4; i++) {
        char c = p->at < p->end ? *p->at++ : '\0';
        char lower = (char)(c | 0x20);

        if (c >= '0' && c <= '9')
            *out = *out << 4 | (uint32_t)(c - '0');
        else if (lower >= 'a' && lower <= 'f')
            *out = *out << 4 | (uint32_t)(lower - 'a' + 10);
        else
            return -1;
    }
    return 0;
}

/* After "\u"; a pair of them when it is the first half of one. */
static int put_unicode(struct json_path *p, char **to)
{
    uint32_t c, low;
    char *at = *to;

    if (read_hex(p, &c) != 0)
        return -1;
    if (c >= 0xd800 && c < 0xdc00) {
        if (!accept(p, "\\u") || read_hex(p, &low) != 0 || low < 0xdc00 || low >= 0xe000)
            return -1;
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
    if (c < 0x80) {
        *at++ = (char)c;
    } else if (c < 0x800) {
        *at++ = (char)(0xc0 | c >> 6);
        *at++ = (char)(0x80 | (c & 63));
    } else {
        if (c < 0x10000) {
            *at++ = (char)(0xe0 | c >> 12);
        } else {
            *at++ = (char)(0xf0 | c >> 18);
            *at++ = (char)(0x80 | (c >> 12 & 63));
        }
        *at++ = (char)(0x80 | (c >> 6 & 63));
        *at++ = (char)(0x80 | (c & 63));
    }
    *to = at;
    return 0;
}

/* After a backslash. */
static int put_escaped(struct json_path *p, char **to)
{
    static const char letters[] = "bfnrt", values[] = "\b\f\n\r\t";
    char c = p->at < p->end ? *p->at++ : '\0';
    const char *letter = c == '\0' ? NULL : strchr(letters, c);

    if (c == 'u')
        return put_unicode(p, to);
    if (letter != NULL)
        c = values[letter - letters];
    else if (c != '"' && c != '\\' && c != '/')
        return -1;
    *(*to)++ = c;
    return 0;
}

/* After ".\"": a JSON string. No escape is shorter than what it stands for. */
static int read_quoted(struct json_path *p, struct arena *arena, struct json_leg *out)
{
    char *text = arena_text(arena, (size_t)(p->end - p->at)), *to = text;

    if (text == NULL)
        return -1;
    while (p->at < p->end && *p->at != '"') {
        char c = *p->at++;

        if (c != '\\')
            *to++ = c;
        else if (put_escaped(p, &to) != 0)
            return -1;
    }
    out->key = (const uint8_t *)text;
    out->key_len = (size_t)(to - text);
    return accept(p, "\"") ? 1 : -1;
}

/* After ".": an identifier, up to the next leg. */
static int read_key(struct json_path *p, struct json_leg *out)
{
    out->key = (const uint8_t *)p->at;
    while (p->at < p->end && *p->at != '.' && *p->at != '[')
        p->at++;
    out->key_len = (size_t)((const uint8_t *)p->at - out->key);
    return out->key_len > 0 ? 1 : -1;
}

int json_path_next(struct json_path *p, struct arena *arena, struct json_leg *out)
{
    *out = (struct json_leg){0};
    if (p->at == p->end)
        return 0;
    if (accept(p, "["))
        return read_element(p, out);
    if (!accept(p, "."))
        return -1;
    return accept(p, "\"") ? read_quoted(p, arena, out) : read_key(p, out);
}
