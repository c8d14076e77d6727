/* SPDX-License-Identifier: Apache-2.0 */
#include "common/config/scalar.h"

#include <ctype.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/config/expand.h"
#include "common/config/walk.h"
#include "common/utf8.h"

static bool store(void *owner, size_t offset, const char *text, size_t len, struct buf *why)
{
    char *copy = strndup(text, len);

    if (copy == NULL) {
        buf_puts(why, "out of memory");
        return false;
    }
    memcpy((char *)owner + offset, &copy, sizeof(copy));
    return true;
}

/* Characters of TEXT; -1 if it is not well-formed UTF-8 or holds control characters. */
static int64_t count_characters(const char *text, size_t len)
{
    int64_t count = 0;

    for (size_t i = 0, n; i < len; i += n, count++) {
        n = utf8_length(text + i, len - i);
        if (n == 0 || (n == 1 && iscntrl((unsigned char)text[i])))
            return -1;
    }
    return count;
}

bool scalar_text(const struct key *k, const struct scalar *in, void *owner, struct buf *why)
{
    int64_t n = count_characters(in->text, strlen(in->text));

    if (n < k->min || n > k->max) {
        buf_printf(why, "expected text of %lld to %lld characters on one line", (long long)k->min,
                   (long long)k->max);
        return false;
    }
    return store(owner, k->offset, in->text, strlen(in->text), why);
}

bool scalar_name(const struct key *k, const struct scalar *in, void *owner, struct buf *why)
{
    size_t len = strlen(in->text);

    if (len == 0 || len > (size_t)k->max ||
        strspn(in->text, "abcdefghijklmnopqrstuvwxyz0123456789_-") != len) {
        buf_printf(why, "expected 1 to %lld of the characters a-z, 0-9, _ and -",
                   (long long)k->max);
        return false;
    }
    return store(owner, k->offset, in->text, len, why);
}

bool scalar_path(const struct key *k, const struct scalar *in, void *owner, struct buf *why)
{
    CLEANUP_BUF struct buf path = BUF_INIT;

    if (in->text[0] == '\0') {
        buf_puts(why, "expected the path of a file");
        return false;
    }
    expand_path(in->text, in->folder, &path);
    return store(owner, k->offset, buf_text(&path), path.len, why);
}

bool scalar_secret(const struct key *k, const struct scalar *in, void *owner, struct buf *why)
{
    size_t len = strlen(in->text);

    if (len < (size_t)k->min || len > (size_t)k->max) {
        buf_printf(why, "expected a secret of %lld to %lld characters, got one of %zu",
                   (long long)k->min, (long long)k->max, len);
        return false;
    }
    return store(owner, k->offset, in->text, len, why);
}

bool scalar_url(const struct key *k, const struct scalar *in, void *owner, struct buf *why)
{
    CLEANUP_BUF struct buf url = BUF_INIT;
    size_t scheme = strncmp(in->text, "https://", 8) == 0  ? 8
                    : strncmp(in->text, "http://", 7) == 0 ? 7
                                                           : 0;
    const char *host = in->text + scheme;

    if (scheme == 0 || host[0] == '\0' || host[0] == '/' || strpbrk(host, " \t\r\n?#@") != NULL) {
        buf_puts(why, "expected an address like https://host/path/ without user, query and blanks");
        return false;
    }
    buf_puts(&url, in->text);
    if (url.len > 0 && url.ptr[url.len - 1] != '/')
        buf_putc(&url, '/');
    return store(owner, k->offset, buf_text(&url), url.len, why);
}

bool scalar_id(const struct key *k, const struct scalar *in, void *owner, struct buf *why)
{
    size_t len = strlen(in->text);

    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)in->text[i]) && strchr("_-", in->text[i]) == NULL)
            len = 0;
    if (len == 0 || len > (size_t)k->max) {
        buf_puts(why, "expected the spreadsheet's id: what stands between /d/ and /edit in its "
                      "address");
        return false;
    }
    return store(owner, k->offset, in->text, len, why);
}

bool scalar_table(const struct key *k, const struct scalar *in, void *owner, struct buf *why)
{
    const char *dot = strchr(in->text, '.');
    int64_t n_schema = dot == NULL ? 0 : count_characters(in->text, (size_t)(dot - in->text));
    int64_t n_table = dot == NULL ? 0 : count_characters(dot + 1, strlen(dot + 1));

    if (n_schema < 1 || n_schema > 64 || n_table < 1 || n_table > 64 ||
        strchr(dot + 1, '.') != NULL) {
        buf_puts(why, "expected schema.table");
        return false;
    }
    return store(owner, k->offset, in->text, (size_t)(dot - in->text), why) &&
           store(owner, k->also, dot + 1, strlen(dot + 1), why);
}

/* All of TEXT as decimal digits; false if it is not or is above MAX. */
static bool parse_digits(const char *text, size_t len, int64_t max, int64_t *out)
{
    int64_t n = 0;

    for (size_t i = 0; i < len; i++) {
        if (!isdigit((unsigned char)text[i]) || n > (max - (text[i] - '0')) / 10)
            return false;
        n = n * 10 + (text[i] - '0');
    }
    *out = n;
    return len > 0;
}

bool scalar_listen(const struct key *k, const struct scalar *in, void *owner, struct buf *why)
{
    const char *colon = strrchr(in->text, ':');
    const char *host = in->text;
    size_t len = colon == NULL ? 0 : (size_t)(colon - host);
    bool is_bracketed = len > 2 && host[0] == '[' && host[len - 1] == ']';
    int64_t port = 0;
    uint16_t port16;

    if (is_bracketed) {
        host++;
        len -= 2;
    }
    if (len == 0 || len > 255 || (!is_bracketed && memchr(host, ':', len) != NULL) ||
        memchr(host, ' ', len) != NULL ||
        !parse_digits(colon + 1, strlen(colon + 1), 65535, &port) || port == 0) {
        buf_puts(why, "expected host:port or [IPv6]:port with a port from 1 to 65535");
        return false;
    }
    port16 = (uint16_t)port;
    memcpy((char *)owner + k->also, &port16, sizeof(port16));
    return store(owner, k->offset, host, len, why);
}

static void store_unsigned(const struct key *k, void *owner, int64_t n)
{
    char *to = (char *)owner + k->offset;
    uint16_t n16 = (uint16_t)n;
    uint32_t n32 = (uint32_t)n;

    if (k->size == sizeof(n16))
        memcpy(to, &n16, sizeof(n16));
    else if (k->size == sizeof(n32))
        memcpy(to, &n32, sizeof(n32));
    else
        memcpy(to, &n, sizeof(n));
}

bool scalar_number(const struct key *k, const struct scalar *in, void *owner, struct buf *why)
{
    int64_t n;

    if (!parse_digits(in->text, strlen(in->text), k->max, &n) || n < k->min) {
        buf_printf(why, "expected a whole number from %lld to %lld", (long long)k->min,
                   (long long)k->max);
        return false;
    }
    store_unsigned(k, owner, n);
    return true;
}

struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit duration_units[] = {
    {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}, {NULL, 0}};
static const struct unit age_units[] = {{"d", 86400000}, {"h", 3600000}, {NULL, 0}};
static const struct unit size_units[] = {
    {"GiB", 1LL << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}, {NULL, 0}};

/* In the largest unit that divides it: "10m", not "600000ms". */
static void append_amount(struct buf *out, int64_t n, const struct unit *units)
{
    const struct unit *u = units;

    while (n % u->factor != 0 || (n == 0 && u->factor != units[2].factor))
        u++;
    buf_printf(out, "%lld%s", (long long)(n / u->factor), u->name);
}

static bool parse_amount(const struct key *k, const char *text, const struct unit *units,
                         const char *what, int64_t *out, struct buf *why)
{
    size_t digits = strspn(text, "0123456789");

    for (const struct unit *u = units; u->name != NULL; u++) {
        int64_t n;

        if (strcmp(text + digits, u->name) != 0)
            continue;
        if (!parse_digits(text, digits, k->max / u->factor, &n) || n * u->factor < k->min)
            break;
        *out = n * u->factor;
        return true;
    }
    buf_printf(why, "expected %s from ", what);
    append_amount(why, k->min, units);
    buf_puts(why, " to ");
    append_amount(why, k->max, units);
    return false;
}

bool scalar_duration(const struct key *k, const struct scalar *in, void *owner, struct buf *why)
{
    int64_t ms;

    if (!parse_amount(k, in->text, duration_units, "a duration (ms, s, m, h)", &ms, why))
        return false;
    store_unsigned(k, owner, ms);
    return true;
}

bool scalar_age(const struct key *k, const struct scalar *in, void *owner, struct buf *why)
{
    int64_t ms = 0;

    if (strcmp(in->text, "forever") != 0 &&
        !parse_amount(k, in->text, age_units, "forever, or days or hours (d, h)", &ms, why))
        return false;
    store_unsigned(k, owner, ms);
    return true;
}

bool scalar_size(const struct key *k, const struct scalar *in, void *owner, struct buf *why)
{
    int64_t bytes;

    if (!parse_amount(k, in->text, size_units, "a size (B, KiB, MiB, GiB)", &bytes, why))
        return false;
    store_unsigned(k, owner, bytes);
    return true;
}

bool scalar_label(const struct key *k, const struct scalar *in, void *owner, struct buf *why)
{
    for (size_t i = 0; k->labels[i] != NULL; i++) {
        if (strcmp(in->text, k->labels[i]) != 0)
            continue;
        store_unsigned(k, owner, (int64_t)i);
        return true;
    }
    buf_puts(why, "expected ");
    for (size_t i = 0; k->labels[i] != NULL; i++)
        buf_printf(why, "%s%s",
                   i == 0                     ? ""
                   : k->labels[i + 1] == NULL ? " or "
                                              : ", ",
                   k->labels[i]);
    return false;
}
