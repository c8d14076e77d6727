#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Print a C file that holds the given files as the table embed_files[] (common/embed.h).
set -eu
printf '#include "common/embed.h"\n'
i=0
for file in "$@"; do
    printf 'static const unsigned char data_%d[] = {\n' "$i"
    od -An -v -tx1 "$file" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
    printf '0};\n'
    i=$((i + 1))
done
printf 'const struct embed_file embed_files[] = {\n'
i=0
for file in "$@"; do
    printf '{"%s", (const char *)data_%d, sizeof(data_%d) - 1},\n' "$file" "$i" "$i"
    i=$((i + 1))
done
printf '{0, 0, 0}};\n'
