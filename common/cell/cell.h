/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cell: a MySQL value <-> a sheet cell. MySQL -> cell -> MySQL is the identity for every supported
 * type.
 *
 * Pure, no I/O, any thread. What a column looks like in the sheet:
 *
 *   integers             number up to 2^53, text beyond (Sheets holds IEEE doubles)
 *   DECIMAL              number when it has at most 15 significant digits, else text
 *   FLOAT, DOUBLE        number; -0 is text (a sheet forgets its sign)
 *   TINYINT(1)           TRUE or FALSE for 1 and 0 where the mapping has checkboxes
 *   BIT, YEAR            number (BIT beyond 2^53: text)
 *   DATE                 serial day number; text before 1899-12-31, for zero and partial dates
 *   DATETIME, TIMESTAMP  serial with a fraction, fsp up to 3; text for fsp 4..6 and where DATE
 * would be text TIME                 text "-507:48:27" text, ENUM, SET, JSON, UUID, INET text,
 * always as a typed string, so that "=1+1" stays text BINARY ...           text "0x" and hex, upper
 * case; empty is "0x"
 *
 * NULL is blank, or the mapping's null_as. In a nullable text column the empty string is the text
 * "" (two quotation marks), or the mapping's empty_as; a text that is such a mark itself gets
 * quotation marks around it. In a NOT NULL text column the empty string is blank (of an ENUM only
 * if it is one of the labels).
 */
#ifndef COMMON_CELL_CELL_H
#define COMMON_CELL_CELL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/mysql/table.h"
#include "common/mysql/value.h"

enum cell_type { CELL_BLANK, CELL_NUMBER, CELL_TEXT, CELL_BOOL, CELL_ERROR };

struct cell {
    enum cell_type type;
    bool boolean;
    double number;    /* dates and times: days since 1899-12-30 */
    const char *text; /* CELL_TEXT, CELL_ERROR ("#N/A"): not owned, UTF-8 */
    size_t text_len;
};

/* The cell that shows V, a canonical value of column C. Text may point into V or into SCRATCH
 * (appended: good until the next append). ERR_VALUE: the value cannot be shown (longer than 50,000
 * characters: the message says so; stand_in.h has something to show instead). */
int cell_from_value(const struct column *c, struct value v, struct buf *scratch, struct cell *out,
                    struct err *err);

/* The canonical value that column C would hold for CELL: what people type is forgiven where it is
 * unambiguous (a number typed as text, "1,5" is not; TRUE for a BOOL; a date as text in ISO form;
 * surrounding blanks of numbers and dates). Text may point into the cell or into SCRATCH
 * (appended: good until the next append). ERR_VALUE: the message completes the sentence "The value
 * ..." for the person who typed it, for example `is not a whole number`. Ranges, lengths and labels
 * are checked, too, so that most refusals need no round trip to MySQL. */
int cell_to_value(const struct column *c, const struct cell *in, struct buf *scratch,
                  struct value *out, struct err *err);

/* Number format for the column, or NULL for none: Sheets' type ("DATE", "DATE_TIME", "TEXT",
 * "NUMBER") and pattern. */
const char *cell_format(const struct column *c, const char **pattern);

bool cell_equal(const struct cell *a, const struct cell *b);

/* "2024-02-29", "2024-02-29T10:11:12.345" or with a blank instead of T -> serial. -1 if it is none.
 * Pure. */
int cell_parse_iso(const char *text, size_t len, double *serial);
#endif
