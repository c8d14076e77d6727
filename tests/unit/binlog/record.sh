#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Record the binlog files that test_event.c reads, from a server of your own:
#   record.sh FOLDER-OF-BINLOGS OUTPUT CLIENT...      record.sh /var/lib/mysql mysql.binlog mysql -h127.0.0.1 -uroot
# The server needs row format; the script makes and drops the database recorded.
set -eu
folder=$1
output=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
if [ "$("$@" -N -e 'SELECT VERSION() LIKE "%MariaDB%"')" = 1 ]; then own=mariadb; else own=mysql; fi
"$@" -e 'DROP DATABASE IF EXISTS recorded; CREATE DATABASE recorded CHARACTER SET utf8mb4; FLUSH BINARY LOGS'
file=$("$@" -N -e 'SHOW BINARY LOGS' | tail -n 1 | cut -f 1)
"$@" --default-character-set=utf8mb4 -D recorded <"$here/common.sql"
"$@" --default-character-set=utf8mb4 -D recorded <"$here/$own.sql"
"$@" -e 'FLUSH BINARY LOGS; DROP DATABASE recorded'
cp "$folder/$file" "$output"
ls -l "$output"
