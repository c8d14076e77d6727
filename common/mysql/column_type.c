/* SPDX-License-Identifier: Apache-2.0 */
/* COLUMN_TYPE texts, as information_schema prints them. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/cleanup.h"
#include "common/mysql/table.h"

static const struct type_name {
    const char *name;
    enum column_type type;
    unsigned bytes;  /* COLUMN_INT */
    uint64_t length; /* when the text has none; for *TEXT and *BLOB the limit in bytes */
    bool is_fixed_length;
} type_names[] = {
    {"tinyint", COLUMN_INT, 1, 0, false},
    {"smallint", COLUMN_INT, 2, 0, false},
    {"mediumint", COLUMN_INT, 3, 0, false},
    {"int", COLUMN_INT, 4, 0, false},
    {"integer", COLUMN_INT, 4, 0, false},
    {"bigint", COLUMN_INT, 8, 0, false},
    {"decimal", COLUMN_DECIMAL, 0, 0, false},
    {"float", COLUMN_FLOAT, 0, 0, false},
    {"double", COLUMN_DOUBLE, 0, 0, false},
    {"real", COLUMN_DOUBLE, 0, 0, false},
    {"bit", COLUMN_BIT, 0, 1, false},
    {"year", COLUMN_YEAR, 0, 0, false},
    {"date", COLUMN_DATE, 0, 0, false},
    {"time", COLUMN_TIME, 0, 0, false},
    {"datetime", COLUMN_DATETIME, 0, 0, false},
    {"timestamp", COLUMN_TIMESTAMP, 0, 0, false},
    {"char", COLUMN_TEXT, 0, 1, true},
    {"varchar", COLUMN_TEXT, 0, 0, false},
    {"tinytext", COLUMN_TEXT, 0, 255, false},
    {"text", COLUMN_TEXT, 0, 65535, false},
    {"mediumtext", COLUMN_TEXT, 0, 16777215, false},
    {"longtext", COLUMN_TEXT, 0, 4294967295, false},
    {"binary", COLUMN_BINARY, 0, 1, true},
    {"varbinary", COLUMN_BINARY, 0, 0, false},
    {"tinyblob", COLUMN_BINARY, 0, 255, false},
    {"blob", COLUMN_BINARY, 0, 65535, false},
    {"mediumblob", COLUMN_BINARY, 0, 16777215, false},
    {"longblob", COLUMN_BINARY, 0, 4294967295, false},
    {"enum", COLUMN_ENUM, 0, 0, false},
    {"set", COLUMN_SET, 0, 0, false},
    {"json", COLUMN_JSON, 0, 0, false},
    {"uuid", COLUMN_UUID, 0, 0, false},
    {"inet4", COLUMN_INET4, 0, 0, false},
    {"inet6", COLUMN_INET6, 0, 0, false},
    {"vector", COLUMN_VECTOR, 0, 0, false},
    {"geometry", COLUMN_GEOMETRY, 0, 0, false},
    {"point", COLUMN_GEOMETRY, 0, 0, false},
    {"linestring", COLUMN_GEOMETRY, 0, 0, false},
    {"polygon", COLUMN_GEOMETRY, 0, 0, false},
    {"multipoint", COLUMN_GEOMETRY, 0, 0, false},
    {"multilinestring", COLUMN_GEOMETRY, 0, 0, false},
    {"multipolygon", COLUMN_GEOMETRY, 0, 0, false},
    {"geometrycollection", COLUMN_GEOMETRY, 0, 0, false},
    {"geomcollection", COLUMN_GEOMETRY, 0, 0, false},
    {NULL, COLUMN_OTHER, 0, 0, false},
};

static const struct type_name *find_name(const char *text, size_t len)
{
    const struct type_name *t = type_names;

    while (t->name != NULL && (strlen(t->name) != len || strncasecmp(t->name, text, len) != 0))
        t++;
    return t;
}

/* Up to two numbers in parentheses; AT stands behind them after. */
static int parse_numbers(const char **at, uint64_t number[2], int *n)
{
    const char *p = *at + 1;

    for (*n = 0; *n < 2; p++) {
        char *end;

        if (!isdigit((unsigned char)*p))
            return -1;
        number[(*n)++] = strtoull(p, &end, 10);
        p = end;
        if (*p != ',')
            break;
    }
    *at = p + 1;
    return *p == ')' ? 0 : -1;
}

/* One label in quotation marks: doubled ones and, in what the server escapes (NUL, line ends,
 * backslash), backslashes. Returns what follows it, or NULL. */
static const char *parse_label(const char *p, char *to)
{
    for (p++; *p != '\0'; p++) {
        if (*p == '\'') {
            if (p[1] != '\'') {
                *to = '\0';
                return p + 1;
            }
            p++;
            *to++ = '\'';
        } else if (*p == '\\' && p[1] != '\0') {
            p++;
            *to++ = (char)(*p == 'n' ? '\n' : *p == 'r' ? '\r' : *p == '0' ? '\0' : *p);
        } else {
            *to++ = *p;
        }
    }
    return NULL;
}

static int add_label(struct column *c, char **label)
{
    char **labels;

    /* Powers of two only. */
    if ((c->n_labels & (c->n_labels - 1)) == 0) {
        labels = realloc(c->labels, (c->n_labels == 0 ? 1 : c->n_labels * 2) * sizeof(*labels));
        if (labels == NULL)
            return -1;
        c->labels = labels;
    }
    c->labels[c->n_labels++] = take_ptr(*label);
    return 0;
}

static int parse_labels(struct column *c, const char **at, struct err *err)
{
    const char *p = *at;

    do {
        CLEANUP_FREE char *label = NULL;

        if (*++p != '\'')
            return err_set(err, ERR_FORMAT, "malformed");
        label = malloc(strlen(p) + 1);
        if (label == NULL)
            return err_nomem(err, "table");
        p = parse_label(p, label);
        if (p == NULL)
            return err_set(err, ERR_FORMAT, "malformed");
        if (add_label(c, &label) != 0)
            return err_nomem(err, "table");
    } while (*p == ',');
    if (*p != ')')
        return err_set(err, ERR_FORMAT, "malformed");
    *at = p + 1;
    return 0;
}

static void apply_numbers(struct column *c, const uint64_t number[2], int n)
{
    switch (c->type) {
    case COLUMN_DECIMAL:
        c->precision = n > 0 ? (unsigned)number[0] : 10;
        c->scale = n > 1 ? (unsigned)number[1] : 0;
        break;
    case COLUMN_TIME:
    case COLUMN_DATETIME:
    case COLUMN_TIMESTAMP:
        c->fsp = n > 0 ? (unsigned)number[0] : 0;
        break;
    case COLUMN_TEXT:
    case COLUMN_BINARY:
    case COLUMN_BIT:
        c->length = n > 0 ? number[0] : c->length;
        break;
    case COLUMN_VECTOR:
        c->length = n > 0 ? number[0] * 4 : 0; /* 32-bit floats */
        break;
    default:
        break;
    }
}

static bool is_in_range(const struct column *c)
{
    return c->precision <= 65 && c->scale <= c->precision && c->fsp <= 6 &&
           (c->type != COLUMN_BIT || (c->length >= 1 && c->length <= 64));
}

static int parse(struct column *c, const char *p, struct err *err)
{
    size_t len = strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    const struct type_name *name = find_name(p, len);
    uint64_t number[2] = {0};
    int n = 0;

    if (len == 0)
        return err_set(err, ERR_FORMAT, "malformed");
    c->type = name->type;
    c->bytes = name->bytes;
    c->length = name->length;
    c->is_fixed_length = name->is_fixed_length;
    p += len;
    if (c->type == COLUMN_OTHER)
        return 0;
    if (c->type == COLUMN_ENUM || c->type == COLUMN_SET) {
        if (*p != '(')
            return err_set(err, ERR_FORMAT, "malformed");
        return parse_labels(c, &p, err);
    }
    if (*p == '(' && parse_numbers(&p, number, &n) != 0)
        return err_set(err, ERR_FORMAT, "malformed");
    apply_numbers(c, number, n);
    if (!is_in_range(c))
        return err_set(err, ERR_FORMAT, "out of range");
    c->is_unsigned = strcasestr(p, "unsigned") != NULL;
    c->is_bool = c->type == COLUMN_INT && c->bytes == 1 && n == 1 && number[0] == 1;
    return 0;
}

static void reset(struct column *c)
{
    for (size_t i = 0; i < c->n_labels; i++)
        free(c->labels[i]);
    free(c->labels);
    c->labels = NULL;
    c->n_labels = 0;
    c->bytes = c->precision = c->scale = c->fsp = 0;
    c->is_unsigned = c->is_bool = false;
}

int column_parse_type(struct column *c, const char *sql_type, struct err *err)
{
    reset(c);
    if (parse(c, sql_type, err) == 0)
        return 0;
    reset(c);
    return err_wrap(err, "table: column type %.100s", sql_type);
}
