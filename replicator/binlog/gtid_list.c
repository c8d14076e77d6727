/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/gtid_list.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/digits.h"

void gtid_list_close(struct gtid_list *list)
{
    free(list->items);
    *list = GTID_LIST_INIT;
}

static size_t list_at(const struct gtid_list *list, uint32_t domain)
{
    size_t i = 0;

    while (i < list->n_items && list->items[i].domain < domain)
        i++;
    return i;
}

const struct gtid_triple *gtid_list_find(const struct gtid_list *list, uint32_t domain)
{
    size_t i = list_at(list, domain);

    return i < list->n_items && list->items[i].domain == domain ? &list->items[i] : NULL;
}

int gtid_list_set(struct gtid_list *list, struct gtid_triple triple, struct err *err)
{
    size_t i = list_at(list, triple.domain);

    if (i < list->n_items && list->items[i].domain == triple.domain) {
        list->items[i] = triple;
        return 0;
    }
    if (list->n_items == list->size) {
        size_t size = list->size == 0 ? 4 : list->size * 2;
        struct gtid_triple *grown = reallocarray(list->items, size, sizeof(*grown));

        if (grown == NULL)
            return err_nomem(err, "gtid");
        list->items = grown;
        list->size = size;
    }
    memmove(&list->items[i + 1], &list->items[i], (list->n_items - i) * sizeof(*list->items));
    list->items[i] = triple;
    list->n_items++;
    return 0;
}

bool gtid_list_covers(const struct gtid_list *list, const struct gtid_list *other)
{
    for (size_t i = 0; i < other->n_items; i++) {
        const struct gtid_triple *ours = gtid_list_find(list, other->items[i].domain);

        if (ours == NULL || ours->number < other->items[i].number)
            return false;
    }
    return true;
}

int64_t gtid_list_missing(const struct gtid_list *list, const struct gtid_list *other)
{
    int64_t n = 0;

    for (size_t i = 0; i < other->n_items; i++) {
        const struct gtid_triple *ours = gtid_list_find(list, other->items[i].domain);
        uint64_t number = ours == NULL ? 0 : ours->number;

        if (other->items[i].number > number)
            n += (int64_t)(other->items[i].number - number);
    }
    return n;
}

void gtid_triple_print(struct gtid_triple triple, struct buf *out)
{
    char text[3 * DIGITS_MAX + 2], *end = digits_put(text, triple.domain);

    *end++ = '-';
    end = digits_put(end, triple.server);
    *end++ = '-';
    end = digits_put(end, triple.number);
    buf_append(out, text, (size_t)(end - text));
}

void gtid_list_print(const struct gtid_list *list, struct buf *out)
{
    for (size_t i = 0; i < list->n_items; i++) {
        if (i > 0)
            buf_putc(out, ',');
        gtid_triple_print(list->items[i], out);
    }
}

/* A number up to MAX, then END; digits only, as strtoull would take signs. */
static bool parse_number(const char **p, uint64_t max, uint64_t *out)
{
    uint64_t v = 0;
    const char *start = *p;

    for (; **p >= '0' && **p <= '9'; (*p)++) {
        uint64_t digit = (uint64_t)(**p - '0');

        if (v > (max - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    *out = v;
    return *p > start;
}

static bool parse_dash(const char **p)
{
    return *(*p)++ == '-';
}

int gtid_list_parse(struct gtid_list *list, const char *text, struct err *err)
{
    const char *p = text;

    for (;;) {
        const char *start;
        uint64_t domain, server, number;

        while (isspace((unsigned char)*p) || *p == ',')
            p++;
        if (*p == '\0')
            return 0;
        start = p;
        if (!parse_number(&p, UINT32_MAX, &domain) || !parse_dash(&p) ||
            !parse_number(&p, UINT32_MAX, &server) || !parse_dash(&p) ||
            !parse_number(&p, UINT64_MAX, &number) ||
            (*p != ',' && *p != '\0' && !isspace((unsigned char)*p)))
            return err_set(err, ERR_FORMAT, "gtid: expected domain-server-number at '%.40s'",
                           start);
        if (gtid_list_set(list,
                          (struct gtid_triple){.domain = (uint32_t)domain,
                                               .server = (uint32_t)server,
                                               .number = number},
                          err) != 0)
            return -1;
    }
}
