/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/cleanup.h"
#include "replicator/sync/note_text.h"

static void expect(const char *old, const char *text, const char *wanted)
{
    CLEANUP_BUF struct buf out = BUF_INIT;

    note_text_with(&out, old, strlen(old), text);
    assert_string_equal(buf_text(&out), wanted);
}

static void our_part_is_put_replaced_and_taken_away(void **state)
{
    (void)state;
    expect("", "no such value", "tabrelay: no such value");
    expect("tabrelay: old", "new", "tabrelay: new");
    expect("tabrelay: old", NULL, "");
    expect("", NULL, "");
}

static void a_persons_own_text_stays_above_ours(void **state)
{
    (void)state;
    expect("ask Bob", "new", "ask Bob\n\ntabrelay: new");
    expect("ask Bob\n\ntabrelay: old", "new", "ask Bob\n\ntabrelay: new");
    expect("ask Bob\n\ntabrelay: old", NULL, "ask Bob");
    expect("ask Bob", NULL, "ask Bob");
}

static void our_part_is_known_by_its_beginning(void **state)
{
    static const char note[] = "mine\n\ntabrelay: deleted in MySQL at noon";

    (void)state;
    assert_true(note_text_is(note, strlen(note), "deleted in MySQL"));
    assert_false(note_text_is(note, strlen(note), "this key"));
    assert_false(note_text_is("deleted in MySQL", 16, "deleted in MySQL"));
    assert_false(note_text_is("", 0, "deleted"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_part_is_put_replaced_and_taken_away),
        cmocka_unit_test(a_persons_own_text_stays_above_ours),
        cmocka_unit_test(our_part_is_known_by_its_beginning),
    };

    return cmocka_run_group_tests_name("note_text", tests, NULL, NULL);
}
