/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers: Server Error Message Reference (MySQL, MariaDB) and Client Error Message Reference. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/mysql/connect.h"

static bool is_one_of(unsigned number, const unsigned *list)
{
    for (; *list != 0; list++)
        if (*list == number)
            return true;
    return false;
}

/* Also said of other options: 1290 is "running with the --... option so it cannot execute this". */
static bool is_read_only(unsigned number, const char *text)
{
    return number == 1836 || (number == 1290 && (strstr(text, "read-only") != NULL ||
                                                 strstr(text, "read_only") != NULL));
}

bool connect_is_lost(unsigned number, const char *text)
{
    static const unsigned lost[] = {
        1053,                               /* server shutdown in progress */
        1152, 1158, 1159, 1160, 1161, 1184, /* aborted, network read and write errors */
        1927, 3169,                         /* killed: MariaDB, MySQL */
        4031,                               /* disconnected for inactivity: MySQL */
        3100,                               /* no member of its group any more */
        2001, 2002, 2003, 2004, 2005, 2006, /* cannot connect, gone away */
        2000, 2008, /* out of memory: the rest of the answer would be taken for the next one's */
        2012, 2013, 2014, 2024, 2026, 2027, /* lost, out of sync, TLS, malformed packet */
        2055, 2057, /* a statement's result has other columns than before; what is left of it cannot
                       be read */
        0};

    /* Read-only now: another server may be the primary. */
    return is_one_of(number, lost) || is_read_only(number, text);
}

static bool is_transient(unsigned number, const char *text)
{
    static const unsigned transient[] = {
        1040, 1203, 1226, /* too many connections, of the user */
        1205, 1213,       /* lock wait timeout, deadlock */
        1317, 1969, 3024, /* statement killed or timed out */
        1047,             /* Galera: the node is not ready */
        3101,             /* group replication: rolled back, try again */
        1461, 1615,       /* too many prepared statements, prepare again */
        1637, 0};

    return is_one_of(number, transient) || connect_is_lost(number, text);
}

static bool is_auth(unsigned number)
{
    static const unsigned auth[] = {1044, 1045, 1130, 1142,
                                    1143, 1227, 1370, 1698, /* access denied */
                                    1820, 1862, 3118, 4151, /* password expired, account locked */
                                    2059, 2061, 0};         /* plug-in missing or failed */

    return is_one_of(number, auth);
}

/* What MariaDB says before TLS is agreed on comes as Connector/C's own error, with the server's
 * number in the text. Anybody could have said it: it is good for a hint. */
static unsigned number_in(unsigned number, const char *text)
{
    const char *before_tls = strstr(text, "cannot be verified: ");
    unsigned long told = 0;

    if (before_tls != NULL)
        told = strtoul(strchr(before_tls, ':') + 1, NULL, 10);
    return told > 0 && told < 10000 ? (unsigned)told : number;
}

static void add_hint(struct err *err, unsigned number, const char *text)
{
    if (is_read_only(number, text)) {
        err_hint(err,
                 "Name all servers that may take writes in mysql.host, or SET GLOBAL read_only = "
                 "OFF.");
        return;
    }
    switch (number) {
    case 1040:
    case 1203:
    case 1226:
        err_hint(err, "Raise the server's max_connections (or the user's limit), or find out who "
                      "takes them: SHOW PROCESSLIST.");
        break;
    case 1021:
    case 1114:
    case 3675:
        err_hint(err, "Free space on the server's disk.");
        break;
    case 1045:
    case 1698:
        err_hint(err, "Check mysql.user and mysql.password, and the host the user may come from.");
        break;
    case 1044:
    case 1142:
    case 1143:
    case 1227:
        err_hint(err, "Give the user the missing privilege: tabrelay grants prints them.");
        break;
    case 1130:
        err_hint(err, "Allow the user to connect from this host.");
        break;
    case 2002:
    case 2003:
    case 2005:
        err_hint(err, "Check mysql.host and mysql.port, and that the server is up.");
        break;
    case 2026:
        err_hint(err, "The server's certificate must be in force, name mysql.host, and be signed "
                      "by a CA of mysql.tls_ca or the system; see mysql.tls.");
        break;
    default:
        break;
    }
}

int connect_error(struct err *err, unsigned number, const char *text, const char *what)
{
    const char *context = what == NULL ? "" : what;

    err_set(err, is_auth(number) ? ERR_AUTH : ERR_MYSQL, "mysql: %s%s%s (%u)", context,
            what == NULL ? "" : ": ", text, number);
    err->detail = (int)number;
    err->transient = is_transient(number, text);
    add_hint(err, number_in(number, text), text);
    return -1;
}
