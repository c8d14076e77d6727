/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/holder.h"

static void what_is_printed_is_read_again(void **state)
{
    struct holder self, again;
    CLEANUP_BUF struct buf text = BUF_INIT;

    (void)state;
    holder_self(&self);
    self.owner = 0x1c9ad0e0b3f04d57;
    holder_print(&self, &text);
    assert_true(text.len < 255); /* lease.holder */
    holder_parse(buf_text(&text), &again);
    assert_memory_equal(&self, &again, sizeof(self));
    assert_true(holder_is_self(&again));
    assert_false(holder_is_dead(&again));
}

static void an_older_version_wrote_the_name_alone(void **state)
{
    struct holder h;

    (void)state;
    holder_parse("db1:4711", &h);
    assert_string_equal(h.name, "db1:4711");
    assert_string_equal(h.since, "");
    assert_true(h.machine == 0 && h.start == 0 && h.owner == 0);
    assert_false(holder_is_self(&h));
    assert_false(holder_is_dead(&h)); /* nobody knows */
    holder_parse("", &h);
    assert_string_equal(h.name, "");
}

/* The child waits at PIPE's other end, or is a zombie. */
static void a_process_that_has_ended_is_told_from_one_that_lives(void **state)
{
    struct holder h;
    siginfo_t ended;
    int ends[2];
    pid_t child;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        holder_self(&h);
        _exit(write(ends[1], &h, sizeof(h)) == sizeof(h) ? 0 : 1);
    }
    assert_int_equal(read(ends[0], &h, sizeof(h)), sizeof(h));
    assert_int_equal(waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT), 0);
    assert_true(holder_is_dead(&h)); /* a zombie */
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_true(holder_is_dead(&h)); /* gone */
    h.machine++;
    assert_false(holder_is_dead(&h)); /* of another machine */
    close(ends[0]);
    close(ends[1]);
}

static void another_process_with_the_same_number_is_not_it(void **state)
{
    struct holder h;

    (void)state;
    holder_self(&h);
    h.start++;
    assert_false(holder_is_self(&h));
    assert_true(holder_is_dead(&h));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_printed_is_read_again),
        cmocka_unit_test(an_older_version_wrote_the_name_alone),
        cmocka_unit_test(a_process_that_has_ended_is_told_from_one_that_lives),
        cmocka_unit_test(another_process_with_the_same_number_is_not_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
