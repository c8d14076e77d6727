/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/events/json_bytes.h"

#include <endian.h>

#include "common/utf8.h"

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))
#define HIGH EACH(0x80)

enum { WORD = 8, UINT_DIGITS = 20 };

/* Eight bytes, the first one lowest. */
static uint64_t load(const char *from)
{
    uint64_t word;

    memcpy(&word, from, WORD);
    return le64toh(word);
}

static void store(char *to, uint64_t word)
{
    word = htole64(word);
    memcpy(to, &word, WORD);
}

/* The LEN (1 to 7) bytes before END, and blanks after them. BEGIN is where the text begins. */
static uint64_t load_tail(const char *begin, const char *end, size_t len)
{
    uint64_t blanks = EACH(' ') << (8 * len);
    uint64_t word = 0;

    if (end - begin >= WORD)
        return blanks | load(end - WORD) >> (64 - 8 * len);
    for (size_t i = 0; i < len; i++)
        word |= (uint64_t)(unsigned char)(end - len)[i] << (8 * i);
    return blanks | word;
}

static uint64_t zero_bytes(uint64_t word)
{
    return (word - EACH(1)) & ~word & HIGH;
}

/* The bytes that JSON does not take as they are, and those that are not ASCII: their highest bits.
 * The lowest one that is set is right; one above it may be wrong (a borrow). */
static uint64_t special_bytes(uint64_t word)
{
    uint64_t control = (word - EACH(0x20)) & ~word;

    return ((control | word) & HIGH) | zero_bytes(word ^ EACH('"')) | zero_bytes(word ^ EACH('\\'));
}

static char *put_escape(char *to, unsigned char c)
{
    static const char letters[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                   ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};

    *to++ = '\\';
    if (letters[c] != '\0') {
        *to++ = letters[c];
        return to;
    }
    memcpy(to, "u00", 3);
    return json_bytes_digits(to + 3, (const char *)&c, 1);
}

/* As utf8_length, without a call for what most alphabets are made of. */
static inline size_t character(const char *p, size_t len)
{
    if (len >= 2 && ((unsigned char)p[0] & 0xe0) == 0xc0 && (unsigned char)p[0] >= 0xc2 &&
        ((unsigned char)p[1] & 0xc0) == 0x80)
        return 2;
    return utf8_length(p, len);
}

/* The special byte at *TEXT, and what is not ASCII after it; NULL when that is not UTF-8. */
static char *put_special(char *to, const char **text, const char *end)
{
    const char *p = *text;

    if ((unsigned char)*p < 0x80) {
        *text = p + 1;
        return put_escape(to, (unsigned char)*p);
    }
    while (p < end && (unsigned char)*p >= 0x80) {
        size_t n = character(p, (size_t)(end - p));

        if (n == 0)
            return NULL;
        for (size_t i = 0; i < n; i++)
            *to++ = *p++;
    }
    *text = p;
    return to;
}

char *json_bytes_escape(char *to, const char *text, size_t len)
{
    const char *begin = text, *end = text + len;

    while (to != NULL && text < end) {
        size_t left = (size_t)(end - text);
        size_t n = left < WORD ? left : WORD;
        uint64_t word = left < WORD ? load_tail(begin, end, left) : load(text);
        uint64_t special = special_bytes(word);

        store(to, word);
        if (special != 0)
            n = (size_t)__builtin_ctzll(special) / 8;
        text += n;
        to += n;
        if (special != 0)
            to = put_special(to, &text, end);
    }
    return to;
}

char *json_bytes_put(char *to, const char *text, size_t len)
{
    char *end;

    *to = '"';
    end = json_bytes_escape(to + 1, text, len);
    if (end == NULL)
        return json_bytes_hex(to, text, len);
    *end = '"';
    return end + 1;
}

char *json_bytes_digits(char *to, const char *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];

        *to++ = digits[c >> 4];
        *to++ = digits[c & 15];
    }
    return to;
}

char *json_bytes_hex(char *to, const char *bytes, size_t len)
{
    to = json_bytes_copy(to, "{\"hex\":\"", 8);
    to = json_bytes_digits(to, bytes, len);
    return json_bytes_copy(to, "\"}", 2);
}

char *json_bytes_uint(char *to, uint64_t n)
{
    char digits[UINT_DIGITS];
    char *p = digits + UINT_DIGITS;

    do {
        *--p = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    return json_bytes_copy(to, p, (size_t)(digits + UINT_DIGITS - p));
}
