/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/refuse.h"

#include <stdio.h>
#include <string.h>

#define NAME_BYTES 260 /* 64 characters, and a little for quotes */

/* MySQL's and MariaDB's error numbers:
 * dev.mysql.com/doc/mysql-errors/en/server-error-reference.html,
 * mariadb.com/kb/en/mariadb-error-code-reference. */
enum {
    BAD_NULL = 1048,
    UNKNOWN_COLUMN = 1054,
    DUPLICATE_ENTRY = 1062,
    NO_SUCH_TABLE = 1146,
    TABLE_ACCESS_DENIED = 1142,
    COLUMN_ACCESS_DENIED = 1143,
    OUT_OF_RANGE = 1264,
    TRUNCATED = 1265,
    WRONG_DATE = 1292,
    NO_DEFAULT = 1364,
    WRONG_VALUE = 1366,
    VIEW_CHECK_FAILED = 1369,
    TOO_LONG = 1406,
    WRONG_TIME_TEXT = 1411,
    ROW_IS_REFERENCED = 1451,
    NO_REFERENCED_ROW = 1452,
    SIGNAL = 1644,
    DATA_OUT_OF_RANGE = 1690,
    INVALID_JSON = 3140,
    INVALID_CHARACTERS = 3854,
    CHECK_VIOLATED = 3819,
    MARIADB_CHECK_FAILED = 4025,
};

bool refuse_is_about_schema(const struct err *err)
{
    return err->code == ERR_GONE || (err->code == ERR_MYSQL && (err->detail == UNKNOWN_COLUMN ||
                                                                err->detail == NO_SUCH_TABLE));
}

bool refuse_is_about_values(const struct err *err)
{
    /* Disk full (1021, 1114, 3675), out of memory (1037, 1038, 1041), read-only (1290, 1792, 1836,
     * 3100), crashed or locked tables (1030, 1180, 1194, 1206, 1223, 1317, 3024): nothing that the
     * person could mend. */
    static const int trouble[] = {1021, 1030, 1037, 1038, 1041, 1114, 1180, 1194, 1206,
                                  1223, 1290, 1317, 1792, 1836, 3024, 3100, 3675};

    if (err->code == ERR_VALUE)
        return true;
    if (err->transient || (err->code != ERR_MYSQL && err->code != ERR_AUTH))
        return false;
    for (size_t i = 0; i < sizeof(trouble) / sizeof(trouble[0]); i++)
        if (err->detail == trouble[i])
            return false;
    /* Below 1000 and from 2000 to 2999 are the client library's own. */
    return err->detail >= 1000 && !(err->detail >= 2000 && err->detail < 3000);
}

/* What stands between BEFORE and AFTER in TEXT; "" if it does not. */
static const char *between(const char *text, const char *before, const char *after,
                           char out[NAME_BYTES])
{
    const char *from = strstr(text, before);
    const char *to = from == NULL ? NULL : strstr(from + strlen(before), after);

    out[0] = '\0';
    if (to != NULL) {
        from += strlen(before);
        snprintf(out, NAME_BYTES, "%.*s", (int)(to - from), from);
    }
    return out;
}

/* The header of the column that MySQL names, else the name itself. */
static const char *header_of(const struct schema_mapping *m, const char *name, int *column)
{
    *column = schema_find_name(m, name);
    return *column >= 0 ? m->columns[*column].header : name;
}

static int say_duplicate(const struct schema_mapping *m, const char *msg, struct buf *out)
{
    char value[NAME_BYTES], index[NAME_BYTES];
    const char *dot;

    between(msg, "Duplicate entry '", "' for key '", value);
    between(msg, "' for key '", "'", index);
    dot = strrchr(index, '.');
    if (strcmp(dot == NULL ? index : dot + 1, "PRIMARY") == 0)
        buf_printf(out, "there is already a row with the key \"%s\"", value);
    else
        buf_printf(out, "another row has \"%s\" already, and it must be unique (index %s)", value,
                   dot == NULL ? index : dot + 1);
    return schema_find_name(m, dot == NULL ? index : dot + 1);
}

static int say_reference(const struct schema_mapping *m, const char *msg, struct buf *out)
{
    char column[NAME_BYTES], table[NAME_BYTES];
    const char *header;
    int at;

    between(msg, "FOREIGN KEY (`", "`", column);
    between(msg, "REFERENCES `", "`", table);
    header = header_of(m, column, &at);
    buf_printf(out, "\"%s\" must be in the table \"%s\", and there is no such row", header, table);
    return at;
}

static void say_referenced(const char *msg, struct buf *out)
{
    char table[NAME_BYTES];

    between(msg, "fails (`", "`, CONSTRAINT", table);
    buf_printf(out, "rows of another table (%s) refer to this row",
               strstr(table, "`.`") != NULL ? strstr(table, "`.`") + 3 : table);
}

static void say_check(const char *msg, struct buf *out)
{
    char name[NAME_BYTES];

    if (between(msg, "Check constraint '", "'", name)[0] == '\0')
        between(msg, "CONSTRAINT `", "`", name);
    buf_printf(out, "the table's rule \"%s\" does not allow this", name);
}

/* Errors that name a column, each with the end of its sentence. */
static const char *column_complaint(int number)
{
    switch (number) {
    case BAD_NULL:
        return "must not be blank";
    case NO_DEFAULT:
        return "needs a value";
    case OUT_OF_RANGE:
    case DATA_OUT_OF_RANGE:
        return "is out of the column's range";
    case TOO_LONG:
        return "is longer than the column allows";
    case TRUNCATED:
    case WRONG_DATE:
    case WRONG_VALUE:
    case WRONG_TIME_TEXT:
    case INVALID_CHARACTERS:
        return "does not fit the column";
    case INVALID_JSON:
        return "is not valid JSON";
    default:
        return NULL;
    }
}

static int say_column(const struct schema_mapping *m, const char *msg, const char *complaint,
                      struct buf *out)
{
    char name[NAME_BYTES], value[NAME_BYTES];
    const char *header;
    int at;

    /* "for column 'c' at row 1", "for column `db`.`t`.`c` at row 1" (MariaDB), "Column 'c' cannot",
     * "Field 'c' doesn't" */
    if (between(msg, "olumn '", "'", name)[0] == '\0' &&
        between(msg, "Field '", "'", name)[0] == '\0' &&
        between(msg, "for column `", "` at row", name)[0] == '\0')
        return -1;
    header = strrchr(name, '`') != NULL ? strrchr(name, '`') + 1 : name;
    if (strrchr(header, '.') != NULL && schema_find_name(m, header) < 0)
        header = strrchr(header, '.') + 1;
    header = header_of(m, header, &at);
    if (between(msg, "value: '", "'", value)[0] != '\0')
        buf_printf(out, "\"%s\": the value \"%s\" %s", header, value, complaint);
    else
        buf_printf(out, "\"%s\" %s", header, complaint);
    return at;
}

/* Append the server's own words: db.h's "mysql: WORDS (NUMBER)" without what is around them. */
static void say_server_text(const struct err *err, struct buf *out)
{
    const char *text = strncmp(err->msg, "mysql: ", 7) == 0 ? err->msg + 7 : err->msg;
    char number[16];
    size_t len = strlen(text), tail;

    tail = (size_t)snprintf(number, sizeof(number), " (%d)", err->detail);
    if (len > tail && strcmp(text + len - tail, number) == 0)
        len -= tail;
    buf_puts(out, "the database refused it: ");
    buf_append(out, text, len);
}

int refuse_sentence(const struct schema_mapping *mapping, const struct err *err, struct buf *out)
{
    const char *complaint = err->code == ERR_VALUE ? NULL : column_complaint(err->detail);
    int column;

    if (err->code == ERR_VALUE) {
        buf_puts(out, err->msg);
        return -1;
    }
    if (complaint != NULL) {
        column = say_column(mapping, err->msg, complaint, out);
        if (column >= 0 || out->len > 0)
            return column;
    }
    switch (err->detail) {
    case DUPLICATE_ENTRY:
        return say_duplicate(mapping, err->msg, out);
    case NO_REFERENCED_ROW:
        return say_reference(mapping, err->msg, out);
    case ROW_IS_REFERENCED:
        say_referenced(err->msg, out);
        return -1;
    case CHECK_VIOLATED:
    case MARIADB_CHECK_FAILED:
        say_check(err->msg, out);
        return -1;
    case TABLE_ACCESS_DENIED:
    case COLUMN_ACCESS_DENIED:
        buf_puts(out, "tabrelay's database account may not change this table");
        return -1;
    case SIGNAL:
    case VIEW_CHECK_FAILED:
        say_server_text(err, out);
        return -1;
    default:
        say_server_text(err, out);
        buf_printf(out, " (error %d)", err->detail);
        return -1;
    }
}
