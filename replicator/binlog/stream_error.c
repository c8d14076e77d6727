/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/stream_error.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "common/mysql/connect.h"

enum { ER_FATAL_READING = 1236, DUPLICATE_WAIT_MS = 60000 };

static bool has(const char *text, const char *part)
{
    return strcasestr(text, part) != NULL;
}

/* Texts differ between the servers and their versions (master, source; slave, replica): only the
 * parts that stayed are looked for. */
static bool is_gone(unsigned number, const char *text)
{
    switch (number) {
    case 1789: /* MySQL: purged GTIDs are required */
    case 1945: /* MariaDB: the GTID is not in the binlog */
    case 1949: /* MariaDB: its start is purged */
    case 1955: /* MariaDB: the start is a hole in the binlog */
        return true;
    default:
        break;
    }
    return number == ER_FATAL_READING &&
           (has(text, "first log file name") || has(text, "purged") || has(text, "GTID state") ||
            has(text, "impossible position") || has(text, "file size") ||
            has(text, "more GTIDs than") || has(text, "not in the master's binlog") ||
            has(text, "not in the source's binlog") || has(text, "diverged"));
}

static bool is_duplicate(unsigned number, const char *text)
{
    return number == 4052 || (number == ER_FATAL_READING && has(text, "same server_uuid"));
}

static int fatal_reading(struct err *err, const char *text)
{
    if (has(text, "AUTO_POSITION") || has(text, "GTID_MODE"))
        return err_hint(err, "The server has gtid_mode=OFF now; turn it on again, or start afresh "
                             "with a snapshot.");
    if (has(text, "checksum"))
        return err_hint(err, "Set binlog_checksum to CRC32 or NONE on the server.");
    if (has(text, "max_allowed_packet") || has(text, "bogus data"))
        return err_hint(err,
                        "An event is larger than the server may send, or the position is not the "
                        "start of one; a new snapshot passes it.");
    if (has(text, "truncated") || has(text, "crc"))
        return err_hint(err, "The server's binlog file is damaged; a new snapshot passes it.");
    return -1;
}

int stream_error(struct err *err, unsigned number, const char *text)
{
    if (is_gone(number, text)) {
        err_set(err, ERR_GONE, "binlog: %s (%u)", text, number);
        err->detail = (int)number;
        return err_hint(err,
                        "The server no longer has (or never had) what comes after our position: "
                        "a new snapshot is needed. Let it keep its binlogs longer "
                        "(binlog_expire_logs_seconds).");
    }
    connect_error(err, number, text, "binlog");
    if (is_duplicate(number, text)) {
        err->wait_ms = DUPLICATE_WAIT_MS;
        err->transient = true;
        return err_hint(err, "Another program reads this server's binlog under our server_id or "
                             "instance name: give every tabrelay its own instance name.");
    }
    if (err->code == ERR_AUTH)
        return err_hint(err,
                        "GRANT REPLICATION SLAVE ON *.* to this account, and check its password.");
    return number == ER_FATAL_READING ? fatal_reading(err, text) : -1;
}

int stream_too_far(struct err *err, const char *file, uint64_t offset)
{
    err_set(err, ERR_GONE, "binlog: MariaDB cannot start at offset %" PRIu64 " of %s, beyond 4 GiB",
            offset, file);
    return err_hint(err, "Resume with a GTID position.");
}
