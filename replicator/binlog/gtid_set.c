/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/gtid_set.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "replicator/binlog/cursor.h"

/* The last number that a server hands out is 2^63 - 2. */
#define GNO_END INT64_MAX

void gtid_set_close(struct gtid_set *set)
{
    for (size_t i = 0; i < set->n_sources; i++)
        free(set->sources[i].intervals);
    free(set->sources);
    *set = GTID_SET_INIT;
}

static int source_compare(const struct gtid_source *s, const uint8_t *uuid, const char *tag)
{
    int order = memcmp(s->uuid, uuid, GTID_UUID_BYTES);

    return order != 0 ? order : strcmp(s->tag, tag);
}

/* The index of the source, or where it would stand. */
static size_t set_find(const struct gtid_set *set, const uint8_t *uuid, const char *tag,
                       bool *found)
{
    size_t low = 0, high = set->n_sources;

    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = source_compare(&set->sources[middle], uuid, tag);

        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct gtid_source *set_source(struct gtid_set *set, const uint8_t *uuid, const char *tag)
{
    bool found;
    size_t at = set_find(set, uuid, tag, &found);
    struct gtid_source *s;

    if (found)
        return &set->sources[at];
    if (set->n_sources == set->size) {
        size_t size = set->size == 0 ? 4 : set->size * 2;
        struct gtid_source *grown = reallocarray(set->sources, size, sizeof(*grown));

        if (grown == NULL)
            return NULL;
        set->sources = grown;
        set->size = size;
    }
    s = &set->sources[at];
    memmove(s + 1, s, (set->n_sources - at) * sizeof(*s));
    set->n_sources++;
    *s = (struct gtid_source){0};
    memcpy(s->uuid, uuid, GTID_UUID_BYTES);
    memcpy(s->tag, tag, strlen(tag) + 1);
    return s;
}

static int source_insert(struct gtid_source *s, size_t at, struct gtid_interval interval)
{
    if (s->n_intervals == s->size) {
        size_t size = s->size == 0 ? 4 : s->size * 2;
        struct gtid_interval *grown = reallocarray(s->intervals, size, sizeof(*grown));

        if (grown == NULL)
            return -1;
        s->intervals = grown;
        s->size = size;
    }
    memmove(&s->intervals[at + 1], &s->intervals[at],
            (s->n_intervals - at) * sizeof(*s->intervals));
    s->intervals[at] = interval;
    s->n_intervals++;
    return 0;
}

/* The first interval that ends at or after FIRST: the only one that may swallow it. */
static size_t source_find(const struct gtid_source *s, int64_t first)
{
    size_t low = 0, high = s->n_intervals;

    if (high > 0 && s->intervals[high - 1].first <= first)
        return s->intervals[high - 1].end >= first ? high - 1 : high; /* the usual place */
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (s->intervals[middle].end < first)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int source_add(struct gtid_source *s, int64_t first, int64_t end)
{
    size_t at = source_find(s, first), after;
    struct gtid_interval *i;

    if (at == s->n_intervals || s->intervals[at].first > end)
        return source_insert(s, at, (struct gtid_interval){.first = first, .end = end});
    i = &s->intervals[at];
    if (first < i->first)
        i->first = first;
    for (after = at + 1; after < s->n_intervals && s->intervals[after].first <= end; after++)
        if (s->intervals[after].end > end)
            end = s->intervals[after].end;
    if (end > i->end)
        i->end = end;
    memmove(i + 1, &s->intervals[after], (s->n_intervals - after) * sizeof(*i));
    s->n_intervals -= after - at - 1;
    return 0;
}

int gtid_set_add(struct gtid_set *set, const uint8_t uuid[GTID_UUID_BYTES], const char *tag,
                 int64_t first, int64_t end, struct err *err)
{
    struct gtid_source *s;

    if (first < 1 || end <= first || end > GNO_END)
        return err_set(err, ERR_FORMAT, "gtid: interval %" PRId64 " to %" PRId64, first, end);
    s = set_source(set, uuid, tag);
    if (s == NULL || source_add(s, first, end) != 0)
        return err_nomem(err, "gtid");
    return 0;
}

static bool source_covers(const struct gtid_source *s, const struct gtid_interval *want)
{
    size_t at = source_find(s, want->first);

    /* An interval may end exactly where the wanted one begins. */
    if (at < s->n_intervals && s->intervals[at].end == want->first)
        at++;
    return at < s->n_intervals && s->intervals[at].first <= want->first &&
           s->intervals[at].end >= want->end;
}

bool gtid_set_covers(const struct gtid_set *set, const struct gtid_set *other)
{
    for (size_t i = 0; i < other->n_sources; i++) {
        const struct gtid_source *want = &other->sources[i];
        bool found;
        size_t at = set_find(set, want->uuid, want->tag, &found);

        if (want->n_intervals > 0 && !found)
            return false;
        for (size_t k = 0; k < want->n_intervals; k++)
            if (!source_covers(&set->sources[at], &want->intervals[k]))
                return false;
    }
    return true;
}

/* How many numbers of WANT lie in S's intervals. */
static int64_t source_shared(const struct gtid_source *s, const struct gtid_interval *want)
{
    int64_t n = 0;

    for (size_t i = 0; i < s->n_intervals; i++) {
        const struct gtid_interval *has = &s->intervals[i];
        int64_t first = has->first > want->first ? has->first : want->first;
        int64_t end = has->end < want->end ? has->end : want->end;

        n += end > first ? end - first : 0;
    }
    return n;
}

int64_t gtid_set_missing(const struct gtid_set *set, const struct gtid_set *other)
{
    int64_t n = 0;

    for (size_t i = 0; i < other->n_sources; i++) {
        const struct gtid_source *want = &other->sources[i];
        bool found;
        size_t at = set_find(set, want->uuid, want->tag, &found);

        for (size_t k = 0; k < want->n_intervals; k++) {
            n += want->intervals[k].end - want->intervals[k].first;
            if (found)
                n -= source_shared(&set->sources[at], &want->intervals[k]);
        }
    }
    return n;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t gtid_uuid_parse(const char *text, uint8_t out[GTID_UUID_BYTES])
{
    const char *p = text;
    bool has_dashes = strnlen(text, 9) == 9 && text[8] == '-';

    for (size_t i = 0; i < GTID_UUID_BYTES; i++) {
        int high, low;

        if (has_dashes && (i == 4 || i == 6 || i == 8 || i == 10) && *p++ != '-')
            return 0;
        high = hex_digit(p[0]);
        low = high < 0 ? -1 : hex_digit(p[1]);
        if (low < 0)
            return 0;
        out[i] = (uint8_t)(high << 4 | low);
        p += 2;
    }
    return (size_t)(p - text);
}

void gtid_uuid_print(const uint8_t uuid[GTID_UUID_BYTES], struct buf *out)
{
    for (size_t i = 0; i < GTID_UUID_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            buf_putc(out, '-');
        buf_hex(out, &uuid[i], 1);
    }
}

size_t gtid_tag_parse(const char *text, char out[GTID_TAG_MAX + 1])
{
    size_t n = 0;

    if (!isalpha((unsigned char)text[0]) && text[0] != '_')
        return 0;
    while (isalnum((unsigned char)text[n]) || text[n] == '_') {
        if (n == GTID_TAG_MAX)
            return 0;
        out[n] = (char)tolower((unsigned char)text[n]);
        n++;
    }
    out[n] = '\0';
    return n;
}

static void skip_blanks(const char **p)
{
    while (isspace((unsigned char)**p))
        (*p)++;
}

/* Digits only: strtoll would take signs. 0 if there is no number, or too large a one. */
static int64_t parse_gno(const char **p)
{
    int64_t v = 0;
    bool is_large = false;

    for (; **p >= '0' && **p <= '9'; (*p)++) {
        int64_t digit = **p - '0';

        is_large = is_large || v > (GNO_END - 1 - digit) / 10;
        v = is_large ? 0 : v * 10 + digit;
    }
    return v;
}

/* ":1-5", ":7" or ":tag" */
static int parse_part(struct gtid_set *set, const char **p, const uint8_t *uuid, char *tag,
                      struct err *err)
{
    int64_t first, last;
    size_t n;

    skip_blanks(p);
    n = gtid_tag_parse(*p, tag);
    if (n > 0) {
        *p += n;
        skip_blanks(p);
        return **p == ':' ? 0 : err_set(err, ERR_FORMAT, "gtid: no numbers after tag '%s'", tag);
    }
    first = parse_gno(p);
    last = first;
    skip_blanks(p);
    if (first > 0 && **p == '-') {
        (*p)++;
        skip_blanks(p);
        last = parse_gno(p);
        skip_blanks(p);
    }
    if (first == 0 || last < first)
        return err_set(err, ERR_FORMAT, "gtid: expected a transaction number or range at '%.40s'",
                       *p);
    return gtid_set_add(set, uuid, tag, first, last + 1, err);
}

int gtid_set_parse(struct gtid_set *set, const char *text, struct err *err)
{
    const char *p = text;

    for (;;) {
        uint8_t uuid[GTID_UUID_BYTES];
        char tag[GTID_TAG_MAX + 1] = "";
        size_t n;

        skip_blanks(&p);
        while (*p == ',') {
            p++;
            skip_blanks(&p);
        }
        if (*p == '\0')
            return 0;
        n = gtid_uuid_parse(p, uuid);
        if (n == 0)
            return err_set(err, ERR_FORMAT, "gtid: expected a server UUID at '%.40s'", p);
        p += n;
        skip_blanks(&p);
        if (*p != ':')
            return err_set(err, ERR_FORMAT, "gtid: expected ':' after the UUID at '%.40s'", p);
        while (*p == ':') {
            p++;
            if (parse_part(set, &p, uuid, tag, err) != 0)
                return -1;
        }
        if (*p != ',' && *p != '\0')
            return err_set(err, ERR_FORMAT, "gtid: expected ',' at '%.40s'", p);
    }
}

void gtid_set_print(const struct gtid_set *set, struct buf *out)
{
    const struct gtid_source *before = NULL;

    for (size_t i = 0; i < set->n_sources; i++) {
        const struct gtid_source *s = &set->sources[i];

        if (before == NULL || memcmp(before->uuid, s->uuid, GTID_UUID_BYTES) != 0) {
            if (before != NULL)
                buf_putc(out, ',');
            gtid_uuid_print(s->uuid, out);
        }
        before = s;
        if (s->tag[0] != '\0')
            buf_printf(out, ":%s", s->tag);
        for (size_t k = 0; k < s->n_intervals; k++) {
            buf_printf(out, ":%" PRId64, s->intervals[k].first);
            if (s->intervals[k].end - s->intervals[k].first > 1)
                buf_printf(out, "-%" PRId64, s->intervals[k].end - 1);
        }
    }
}

static void put_u64(struct buf *out, uint64_t v)
{
    char bytes[8];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(v >> (8 * i) & 0xff);
    buf_append(out, bytes, sizeof(bytes));
}

void gtid_set_encode(const struct gtid_set *set, struct buf *out)
{
    bool has_tags = false;

    for (size_t i = 0; i < set->n_sources; i++)
        has_tags = has_tags || set->sources[i].tag[0] != '\0';
    /* Tagged: the lowest and the highest byte are the format, 1, and the six between them count. */
    put_u64(out, has_tags ? (1 | (uint64_t)set->n_sources << 8 | (uint64_t)1 << 56)
                          : (uint64_t)set->n_sources);
    for (size_t i = 0; i < set->n_sources; i++) {
        const struct gtid_source *s = &set->sources[i];

        buf_append(out, s->uuid, GTID_UUID_BYTES);
        if (has_tags) {
            buf_putc(out, (char)(strlen(s->tag) << 1)); /* a one-byte varint */
            buf_puts(out, s->tag);
        }
        put_u64(out, s->n_intervals);
        for (size_t k = 0; k < s->n_intervals; k++) {
            put_u64(out, (uint64_t)s->intervals[k].first);
            put_u64(out, (uint64_t)s->intervals[k].end);
        }
    }
}

static int decode_tag(struct cursor *c, char tag[GTID_TAG_MAX + 1])
{
    unsigned prefix = cursor_u8(c);
    size_t n = prefix >> 1;
    const uint8_t *p = cursor_take(c, n);
    char raw[GTID_TAG_MAX + 1] = "";

    tag[0] = '\0';
    if (p == NULL || (prefix & 1) != 0 || n > GTID_TAG_MAX)
        return -1;
    memcpy(raw, p, n);
    return n == 0 || gtid_tag_parse(raw, tag) == n ? 0 : -1;
}

int gtid_set_decode(struct gtid_set *set, const void *bytes, size_t len, struct err *err)
{
    struct cursor c = cursor_init(bytes, len);
    uint64_t head = cursor_u64(&c);
    bool has_tags = head >> 56 == 1;
    uint64_t n = has_tags ? head << 8 >> 16 : head;

    if (has_tags && (head & 0xff) != 1)
        return err_set(err, ERR_FORMAT, "gtid: binary set of an unknown format");
    for (; n > 0 && !c.is_short; n--) {
        const uint8_t *uuid = cursor_take(&c, GTID_UUID_BYTES);
        char tag[GTID_TAG_MAX + 1] = "";
        uint64_t n_intervals;

        if (has_tags && decode_tag(&c, tag) != 0)
            return err_set(err, ERR_FORMAT, "gtid: malformed tag in a binary set");
        n_intervals = cursor_u64(&c);
        for (; n_intervals > 0 && !c.is_short; n_intervals--) {
            uint64_t first = cursor_u64(&c), end = cursor_u64(&c);

            if (!c.is_short && gtid_set_add(set, uuid, tag, (int64_t)first, (int64_t)end, err) != 0)
                return -1;
        }
    }
    if (c.is_short || cursor_left(&c) > 0)
        return err_set(err, ERR_FORMAT, "gtid: binary set of %zu bytes has the wrong length", len);
    return 0;
}
