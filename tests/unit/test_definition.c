/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mysql/definition.h"

enum { COLUMNS_MAX = 4 };

/* A table without a server: names and types in turn, NULL ends. */
struct fixture {
    struct column columns[COLUMNS_MAX];
    struct table table;
    char texts[COLUMNS_MAX][2][32];
};

static const struct table *table_of(struct fixture *f, const char *const *words)
{
    struct err err;

    *f = (struct fixture){.table = {.columns = f->columns}};
    for (size_t i = 0; words[2 * i] != NULL; i++) {
        snprintf(f->texts[i][0], sizeof(f->texts[i][0]), "%s", words[2 * i]);
        snprintf(f->texts[i][1], sizeof(f->texts[i][1]), "%s", words[2 * i + 1]);
        f->columns[i] = (struct column){.name = f->texts[i][0], .sql_type = f->texts[i][1]};
        assert_int_equal(column_parse_type(&f->columns[i], f->texts[i][1], &err), 0);
        f->table.n_columns++;
    }
    return &f->table;
}

/* What is remembered of such a table, all columns mapped under their names, the first one the key.
 */
static void remember(struct fixture *f, const char *const *words, struct definition *out)
{
    const struct table *t = table_of(f, words);
    struct definition_use uses[COLUMNS_MAX] = {{0}};
    CLEANUP_BUF struct buf text = BUF_INIT;
    struct err err = ERR_INIT;

    for (size_t i = 0; i < t->n_columns; i++)
        uses[i].header = t->columns[i].name;
    uses[0].key = 1;
    definition_print(t, uses, NULL, &text);
    assert_int_equal(definition_parse(buf_text(&text), out, &err), 0);
}

static const char *const before_words[] = {"id", "int", "name", "varchar(20)", "qty", "int", NULL};

static void a_definition_comes_back_as_it_was_printed(void **state)
{
    struct fixture f;
    struct definition d;

    (void)state;
    remember(&f, before_words, &d);
    assert_int_equal(d.n_columns, 3);
    assert_string_equal(d.columns[1].name, "name");
    assert_string_equal(d.columns[1].type, "varchar(20)");
    assert_string_equal(d.columns[1].header, "name");
    assert_int_equal(d.columns[0].key, 1);
    assert_int_equal(d.columns[1].key, 0);
    assert_non_null(definition_find(&d, "NAME"));
    assert_null(definition_find(&d, "colour"));
    definition_close(&d);
}

static void a_text_that_is_no_definition_is_refused(void **state)
{
    static const char *const texts[] = {
        "", "{}", "[]", "[1]", "[{\"name\":\"a\"}]", "[{\"type\":1}]"};
    struct definition d;
    struct err err;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        err = ERR_INIT;
        assert_int_equal(definition_parse(texts[i], &d, &err), -1);
        assert_int_equal(err.code, ERR_FORMAT);
        definition_close(&d);
    }
}

/* The name before of each column of NOW; NULL: it is new. */
static void check_before(const char *const *now, const char *const *names)
{
    struct fixture was, is;
    struct definition d;
    const struct table *t;

    remember(&was, before_words, &d);
    t = table_of(&is, now);
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct definition_column *c = definition_before(&d, t, i);

        if (names[i] == NULL)
            assert_null(c);
        else
            assert_string_equal(c == NULL ? "" : c->name, names[i]);
    }
    definition_close(&d);
}

static void
a_column_is_renamed_when_its_old_name_is_gone_and_type_and_place_are_the_same(void **state)
{
    (void)state;
    check_before((const char *const[]){"id", "int", "name", "varchar(20)", "amount", "int", NULL},
                 (const char *const[]){"id", "name", "qty"});
    /* another type, or another place: it is a new one */
    check_before(
        (const char *const[]){"id", "int", "name", "varchar(20)", "amount", "bigint", NULL},
        (const char *const[]){"id", "name", NULL});
    check_before((const char *const[]){"id", "int", "amount", "int", "name", "varchar(20)", NULL},
                 (const char *const[]){"id", NULL, "name"});
    /* the old name is there */
    check_before((const char *const[]){"qty", "int", "id", "int", "amount", "int", NULL},
                 (const char *const[]){"qty", "id", NULL});
    check_before((const char *const[]){"qty", "int", "name", "varchar(20)", "id", "int", NULL},
                 (const char *const[]){"qty", "name", "id"});
}

static void what_a_gone_column_is_called_now_is_told(void **state)
{
    static const char *const now[] = {"id",     "int",    "title", "varchar(20)",
                                      "amount", "bigint", NULL};
    struct fixture was, is;
    struct definition d;
    const struct table *t;

    (void)state;
    remember(&was, before_words, &d);
    t = table_of(&is, now);
    assert_string_equal(definition_now(&d, t, "name")->name, "title");
    assert_null(definition_now(&d, t, "qty"));
    assert_null(definition_now(&d, t, "never"));
    definition_close(&d);
}

static bool is_retyped(const char *before, const char *now)
{
    char type[32], name[] = "c";
    struct definition_column was = {.name = name, .type = type};
    struct fixture is;
    const struct table *t = table_of(&is, (const char *const[]){"c", now, NULL});

    snprintf(type, sizeof(type), "%s", before);
    return definition_is_retyped(&was, &t->columns[0]);
}

static void only_what_shows_otherwise_is_retyped(void **state)
{
    (void)state;
    assert_false(is_retyped("int", "bigint unsigned"));
    assert_false(is_retyped("varchar(20)", "text"));
    assert_true(is_retyped("int", "varchar(20)"));
    assert_true(is_retyped("varchar(20)", "int"));
    assert_true(is_retyped("decimal(10,2)", "decimal(10,3)"));
    assert_true(is_retyped("datetime", "datetime(3)"));
    assert_true(is_retyped("tinyint(1)", "int"));
    assert_true(is_retyped("date", "datetime"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_definition_comes_back_as_it_was_printed),
        cmocka_unit_test(a_text_that_is_no_definition_is_refused),
        cmocka_unit_test(
            a_column_is_renamed_when_its_old_name_is_gone_and_type_and_place_are_the_same),
        cmocka_unit_test(what_a_gone_column_is_called_now_is_told),
        cmocka_unit_test(only_what_shows_otherwise_is_retyped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
