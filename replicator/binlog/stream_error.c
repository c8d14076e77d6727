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

/* Why the server cannot go on from our position. Texts differ between the servers and their
 * versions (master, source; slave, replica): only the parts that stayed are looked for. */
#define DELETED "the server has deleted the binlog that comes after the checkpoint"
#define ENDS_BEFORE "the binlog ends before the checkpoint: it was reset, or is another server's"
#define NOT_KNOWN "the checkpoint names transactions that the server does not have"
#define NO_GTIDS "the checkpoint is a GTID set, and the server's gtid_mode is not ON any more"
#define DAMAGED "the server's binlog is damaged, or the checkpoint is not the start of an event"
static const struct reason {
    unsigned number;  /* 0: of ER_FATAL_READING */
    const char *part; /* NULL: the number says it */
    const char *what;
} reasons[] = {
    {1789, NULL, DELETED},
    {1949, NULL, DELETED},
    {1945, NULL, NOT_KNOWN},
    {1955, NULL, NOT_KNOWN},
    {0, "first log file name", DELETED},
    {0, "purged", DELETED},
    {0, "GTID state", DELETED},
    {0, "impossible position", ENDS_BEFORE},
    {0, "file size", ENDS_BEFORE},
    {0, "more GTIDs than", NOT_KNOWN},
    {0, "not in the master's binlog", NOT_KNOWN},
    {0, "not in the source's binlog", NOT_KNOWN},
    {0, "diverged", NOT_KNOWN},
    {0, "AUTO_POSITION", NO_GTIDS},
    {0, "GTID_MODE", NO_GTIDS},
    {0, "bogus data", DAMAGED},
    {0, "truncated", DAMAGED},
    {0, "crc check", DAMAGED},
    {0, "max_allowed_packet", "the next event is larger than the server may send"},
};

static const char *reason_of(unsigned number, const char *text)
{
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        const struct reason *r = &reasons[i];

        if (number == (r->number == 0 ? ER_FATAL_READING : r->number) &&
            (r->part == NULL || has(text, r->part)))
            return r->what;
    }
    return NULL;
}

static bool is_duplicate(unsigned number, const char *text)
{
    return number == 4052 || (number == ER_FATAL_READING && has(text, "same server_uuid"));
}

int stream_error(struct err *err, unsigned number, const char *text)
{
    const char *reason = reason_of(number, text);

    if (reason != NULL) {
        err_set(err, ERR_GONE, "binlog: %s (%u: %.200s)", reason, number, text);
        err->detail = (int)number;
        return err_hint(err,
                        "Every mapped table must be compared with its tab. Let the server keep "
                        "its binlogs longer (binlog_expire_logs_seconds), and never reset them.");
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
    if (number == ER_FATAL_READING && has(text, "checksum"))
        return err_hint(err, "Set binlog_checksum to CRC32 or NONE on the server.");
    return -1;
}

int stream_no_memory(struct err *err)
{
    err_set(err, ERR_NOMEM, "binlog: out of memory for the next event");
    err->transient = true;
    return err_hint(err, "An event is held as a whole, and may be as long as the server's "
                         "max_allowed_packet: give this process more memory.");
}

int stream_too_far(struct err *err, const char *file, uint64_t offset)
{
    err_set(err, ERR_GONE, "binlog: MariaDB cannot start at offset %" PRIu64 " of %s, beyond 4 GiB",
            offset, file);
    return err_hint(err, "Resume with a GTID position.");
}
