#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Run each unit test program; end with one line and that exit status.
passed=0
failed=0
for test in "$@"; do
    log=$(mktemp)
    if "$test" >"$log" 2>&1; then
        passed=$((passed + 1))
        printf '  ok   %s (%s)\n' "$(basename "$test")" "$(sed -n 's/^\[  PASSED  \] \([0-9]* test\).*/\1s/p' "$log")"
    else
        failed=$((failed + 1))
        cat "$log"
        printf '  FAIL %s\n' "$(basename "$test")"
    fi
    rm -f "$log"
done
printf 'unit: %d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
