/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/events/options.h"

const char events_usage[] = "[--from POSITION|now|start] [OPTIONS] | --file FILE... [OPTIONS]";

const char events_help[] =
    "\nFrom the server in the configuration, or from files, which need neither a server nor a\n"
    "configuration (- is standard input). docs/events.md describes the lines.\n"
    "\noptions:\n"
    "  --from POSITION     where to begin: now (the default), start (the oldest log), or a "
    "position\n"
    "                      (mysql:GTIDS, mariadb:GTIDS, file:NAME:OFFSET)\n"
    "  --no-follow         end where the log ends now\n"
    "  --server-id N       as which replica (default: a random one)\n"
    "  --file FILE...      binlog files, in this order\n"
    "  --schema            with --file: column names from the configured server where the log has "
    "none\n"
    "  --table S.T         only this table; * and ? stand for any characters; may be repeated\n"
    "  --since TIME|GTIDS  from this time or transaction on; of a GTID set: what is not in it\n"
    "  --until TIME|GTIDS  before this time, or up to this transaction; of a GTID set: what is in "
    "it\n"
    "  --count N           end after N changes\n"
    "  --statements        statements that change tables, too\n"
    "  --summary           no changes, but how much there is of what; with --json as one object\n"
    "\nA time is 2026-01-31, 2026-01-31T10:11:12.5Z (UTC if no zone is given) or @1769854272.\n"
    "\nexamples:\n"
    "  tabrelay events --table shop.orders\n"
    "  tabrelay events --file binlog.000004 --since 2026-01-31T10:00 --until 2026-01-31T11:00\n"
    "  tabrelay events --from start --no-follow --summary\n"
    "  tabrelay events --file binlog.00* | jq -c 'select(.type == \"delete\") | .key'\n";
