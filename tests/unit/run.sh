#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Run each unit test program, by $UNDER where that is set; end with one line and that exit status.
passed=0
failed=0
for test in "$@"; do
    log=$(mktemp)
    # shellcheck disable=SC2086 # a command with its options
    if ${UNDER:-} "$test" >"$log" 2>&1; then
        count=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log")
        if [ "${count:-0}" -eq 0 ]; then
            printf '  --   %s: SKIPPED, needs a server (tests/system runs it on real ones)\n' "$(basename "$test")"
        else
            passed=$((passed + 1))
            printf '  ok   %s (%s tests)\n' "$(basename "$test")" "$count"
        fi
    else
        failed=$((failed + 1))
        cat "$log"
        printf '  FAIL %s\n' "$(basename "$test")"
    fi
    rm -f "$log"
done
printf 'unit: %d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
