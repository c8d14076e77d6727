#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every check of the sources that needs no run: lint.sh CPPFLAGS CFLAGS FILE... (`make lint` calls it)
# shellcheck disable=SC2317 # check calls the functions
set -u
# make's own quotes around the version do not survive: it gets another.
cppflags="$(printf '%s' "$1" | sed 's/-DTABRELAY_VERSION=[^ ]*//') -DTABRELAY_VERSION='\"lint\"'"
cflags=$2
shift 2
status=0

# check NAME COMMAND...: its output and the verdict
check() {
    name=$1
    shift
    if "$@"; then
        echo "  ok   $name"
    else
        echo "  FAIL $name"
        status=1
    fi
}

# The product's own .c files: tests may be sloppier, and duktape.c is a copy of a library.
sources() {
    for file in "$@"; do
        case $file in
        tests/* | sandbox/script/duktape.c) ;;
        *.c) echo "$file" ;;
        esac
    done
}

format() {
    clang-format --dry-run -Werror "$@"
}

tidy() {
    # shellcheck disable=SC2016 # the inner shell expands
    sources "$@" | TIDY_FLAGS="$cppflags $cflags" xargs -P "$(nproc)" -n 4 \
        sh -c 'eval "exec clang-tidy --quiet \"\$@\" -- -std=c17 $TIDY_FLAGS 2>/dev/null"' tidy
}

# What clang's analyzer finds without following paths: those that do know neither __attribute__((cleanup)) nor what another file
# promises; the sanitizers' builds and gcc's analyzer look there. DeprecatedOrUnsafe wants Annex K.
analyze() {
    # shellcheck disable=SC2016 # the inner shell expands
    sources "$@" | ANALYZE_FLAGS="$cppflags $cflags" xargs -P "$(nproc)" -n 16 \
        sh -c 'eval "exec clang --analyze --analyzer-no-default-checks --analyzer-output text -Xclang -analyzer-werror \
            -Xclang -analyzer-checker=deadcode.DeadStores,security.insecureAPI \
            -Xclang -analyzer-disable-checker=security.insecureAPI.DeprecatedOrUnsafeBufferHandling \
            -std=c17 $ANALYZE_FLAGS \"\$@\""' analyze
}

# Leaks and uninitialised values are the sanitizers' and gcc's: cppcheck does not know __attribute__((cleanup)).
cppcheck_all() {
    sources "$@" | cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 -j "$(nproc)" \
        --suppress=missingIncludeSystem --suppress=unknownMacro --suppress=normalCheckLevelMaxBranches \
        --suppress=memleak --suppress=resourceLeak --suppress=uninitvar --suppress=internalAstError --suppress=nullPointerRedundantCheck -I. --file-list=-
}

shells() {
    git ls-files -co --exclude-standard | while read -r file; do
        [ -f "$file" ] && head -n 1 "$file" | grep -qE '^#!.*(sh|bash)$' && echo "$file"
    done | xargs shellcheck
}

# Functions that do not check lengths or results.
banned() {
    ! grep -nE '(^|[^A-Za-z0-9_>.])(strcpy|strcat|strncpy|sprintf|vsprintf|strtok|gets|atoi|system|popen|tmpnam)[[:space:]]*\(' \
        "$@"
}

# forbid "FOLDER PATTERN": no file below FOLDER includes what matches PATTERN (docs/ARCHITECTURE.md, Folders).
forbid() {
    ! grep -rnE --include='*.[ch]' "^#include \"($2)/" "$1"
}

borders() {
    forbid common 'replicator|webhook|cli|sandbox' &&
        forbid replicator 'webhook|cli|sandbox' &&
        forbid webhook 'replicator|cli|sandbox' &&
        forbid cli 'webhook|sandbox' &&
        forbid sandbox 'replicator|webhook|cli' &&
        ! grep -rnlE --include='*.[ch]' '^#include <(mysql|mariadb).*\.h>' common replicator webhook cli sandbox |
        grep -vE '^(common/mysql/|replicator/binlog/stream_)'
}

check clang-format format "$@"
check "banned functions" banned "$@"
check borders borders
check shellcheck shells
check cppcheck cppcheck_all "$@"
check clang-tidy tidy "$@"
check "clang's analyzer" analyze "$@"
exit "$status"
