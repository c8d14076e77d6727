/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/position.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "replicator/binlog/position_kind.h"

enum { FIRST_OFFSET = 4 }; /* after the file's magic number */

static int parse_file(struct position *p, const char *text, struct err *err)
{
    const char *colon = strrchr(text, ':');
    size_t n = colon == NULL ? 0 : (size_t)(colon - text);

    if (n == 0 || n > POSITION_FILE_MAX)
        return err_set(err, ERR_FORMAT, "position: expected file:NAME:OFFSET, got 'file:%.60s'",
                       text);
    memcpy(p->file, text, n);
    p->file[n] = '\0';
    for (const char *d = colon + 1; *d >= '0' && *d <= '9'; d++) {
        if (p->offset > UINT64_MAX / 10 - 1)
            return err_set(err, ERR_FORMAT, "position: offset '%.40s' is too large", colon + 1);
        p->offset = p->offset * 10 + (uint64_t)(*d - '0');
    }
    if (strspn(colon + 1, "0123456789") != strlen(colon + 1) || p->offset < FIRST_OFFSET)
        return err_set(err, ERR_FORMAT, "position: expected an offset of at least %d, got '%.40s'",
                       FIRST_OFFSET, colon + 1);
    return 0;
}

static int parse_into(struct position *p, const char *text, struct err *err)
{
    if (strncmp(text, "mysql:", 6) == 0) {
        p->kind = POSITION_MYSQL;
        return gtid_set_parse(&p->set, text + 6, err);
    }
    if (strncmp(text, "mariadb:", 8) == 0) {
        p->kind = POSITION_MARIADB;
        return gtid_list_parse(&p->list, text + 8, err);
    }
    if (strncmp(text, "file:", 5) == 0) {
        p->kind = POSITION_FILE;
        return parse_file(p, text + 5, err);
    }
    return err_set(
        err, ERR_FORMAT,
        "position: expected mysql:SET, mariadb:POSITION or file:NAME:OFFSET, got '%.60s'", text);
}

int position_parse(const char *text, struct position **out, struct err *err)
{
    struct position *p = calloc(1, sizeof(*p));

    if (p == NULL)
        return err_nomem(err, "position");
    if (parse_into(p, text, err) != 0) {
        position_free(p);
        return -1;
    }
    *out = p;
    return 0;
}

void position_free(struct position *p)
{
    if (p == NULL)
        return;
    gtid_set_close(&p->set);
    gtid_list_close(&p->list);
    free(p);
}

void position_print(const struct position *p, struct buf *out)
{
    switch (p->kind) {
    case POSITION_MYSQL:
        buf_puts(out, "mysql:");
        gtid_set_print(&p->set, out);
        break;
    case POSITION_MARIADB:
        buf_puts(out, "mariadb:");
        gtid_list_print(&p->list, out);
        break;
    case POSITION_FILE:
        buf_printf(out, "file:%s:%" PRIu64, p->file, p->offset);
        break;
    }
}

/* binlog.999999 is followed by binlog.1000000: the longer number is the later one. */
static int file_compare(const char *a, const char *b)
{
    size_t a_len = strlen(a), b_len = strlen(b);

    return a_len != b_len ? (a_len < b_len ? -1 : 1) : strcmp(a, b);
}

bool position_covers(const struct position *p, const struct position *other)
{
    int order;

    if (p->kind != other->kind)
        return false;
    switch (p->kind) {
    case POSITION_MYSQL:
        return gtid_set_covers(&p->set, &other->set);
    case POSITION_MARIADB:
        return gtid_list_covers(&p->list, &other->list);
    case POSITION_FILE:
        order = file_compare(p->file, other->file);
        return order > 0 || (order == 0 && p->offset >= other->offset);
    }
    return false;
}

int64_t position_missing(const struct position *p, const struct position *other)
{
    if (p->kind != other->kind || p->kind == POSITION_FILE)
        return -1;
    return p->kind == POSITION_MYSQL ? gtid_set_missing(&p->set, &other->set)
                                     : gtid_list_missing(&p->list, &other->list);
}

uint64_t position_advance(uint64_t offset, uint32_t length, uint32_t log_pos)
{
    const uint64_t wrap = (uint64_t)1 << 32;
    uint64_t counted = offset + length, said;

    if (log_pos == 0)
        return counted;
    said = (counted & ~(wrap - 1)) | log_pos;
    if (said > counted && said - counted > wrap / 2 && said >= wrap)
        return said - wrap;
    if (said < counted && counted - said > wrap / 2)
        return said + wrap;
    return said;
}
