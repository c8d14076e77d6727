/* SPDX-License-Identifier: Apache-2.0 */
/*
 * convert: the conversions of each family of types, private to common/cell/.
 *
 * Each pair may count on this: the value is VALUE_TEXT, the cell is neither blank nor an error
 * value.
 */
#ifndef COMMON_CELL_CONVERT_H
#define COMMON_CELL_CONVERT_H

#include "common/cell/cell.h"
#include "common/number.h"

typedef int convert_from_value(const struct column *c, struct value v, struct buf *scratch,
                               struct cell *out, struct err *err);
typedef int convert_to_value(const struct column *c, const struct cell *in, struct buf *scratch,
                             struct value *out, struct err *err);

/* convert_number.c */
convert_from_value number_to_cell; /* INT, BIT, YEAR, FLOAT, DOUBLE, DECIMAL */
convert_to_value cell_to_int;
convert_to_value cell_to_bit;
convert_to_value cell_to_year;
convert_to_value cell_to_decimal;
convert_to_value cell_to_float;
convert_to_value cell_to_double;

/* convert_time.c */
convert_from_value date_to_cell;
convert_from_value datetime_to_cell;
convert_to_value cell_to_date;
convert_to_value cell_to_time;
convert_to_value cell_to_datetime; /* and TIMESTAMP */

/* convert_text.c */
convert_from_value text_to_cell;
convert_from_value binary_to_cell;
convert_to_value cell_to_text;
convert_to_value cell_to_json;
convert_to_value cell_to_binary;
convert_to_value cell_to_uuid;
convert_to_value cell_to_inet4;
convert_to_value cell_to_inet6;

/* convert_label.c */
convert_to_value cell_to_enum;
convert_to_value cell_to_set;

/* --- mark.c */

/* True if the empty text of C is a blank cell. */
bool convert_is_blank_empty(const struct column *c);
/* What says NULL, and the empty text, in C's cells; "": nothing does, or a blank cell. */
const char *mark_of_null(const struct column *c);
const char *mark_of_empty(const struct column *c);
/* A text that could be taken for a mark: append it to OUT in quotation marks. False: it cannot. V
 * must not point into OUT. */
bool mark_quote(const struct column *c, struct value v, struct buf *out);
/* V as it was before mark_quote. */
struct value mark_unquote(const struct column *c, struct value v);

/* --- cell.c, convert_text.c */

/* The text that a sheet shows for the cell: numbers shortest, TRUE, FALSE. Points into the cell or
 * into ROOM. */
struct value convert_shown(const struct cell *in, char room[NUMBER_TEXT_SIZE]);
/* The same without blanks at the ends. */
struct value convert_trimmed(const struct cell *in, char room[NUMBER_TEXT_SIZE]);

/* ERR_VALUE: V has more characters than a cell holds. */
int convert_check_length(struct value v, struct err *err);
/* Code points of V. */
size_t convert_characters(struct value v);

/* What was appended to SCRATCH from START on, as a value. */
int convert_appended(const struct buf *scratch, size_t start, struct value *out, struct err *err);
#endif
