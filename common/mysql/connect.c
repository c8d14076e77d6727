/* SPDX-License-Identifier: Apache-2.0 */
#include "common/mysql/connect.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define CONNECT_TIMEOUT_S 10
#define CONNECT_NEXT_TIMEOUT_S 3 /* where there is another host to try */
#define WRITE_TIMEOUT_S 60
/* A host that is gone says nothing: after so long without an answer to anything that was sent, or
 * to four probes, the connection is broken. */
enum { SILENCE_MS = 10000, PROBE_AFTER_S = 5, PROBE_EVERY_S = 2, PROBES = 3 };
enum { HOST_SIZE = 256 };

#ifdef MYSQL_CLIENT_MARIADB
typedef my_bool option_bool;
#else
typedef bool option_bool;
#endif

static void init_library(void)
{
    mysql_library_init(0, NULL, NULL);
}

/* A socket never leaves the machine: there "preferred" means without. */
static enum config_tls tls_mode(const struct config_mysql *cfg)
{
    return cfg->socket != NULL && cfg->tls == CONFIG_TLS_PREFERRED ? CONFIG_TLS_OFF : cfg->tls;
}

#ifdef MYSQL_CLIENT_MARIADB
static void set_tls(MYSQL *mysql, const struct config_mysql *cfg)
{
    enum config_tls mode = tls_mode(cfg);
    option_bool enforce = mode != CONFIG_TLS_OFF;
    option_bool verify = mode == CONFIG_TLS_VERIFY;

    mysql_optionsv(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
    if (mode != CONFIG_TLS_OFF && cfg->tls_ca != NULL)
        mysql_optionsv(mysql, MYSQL_OPT_SSL_CA, cfg->tls_ca);
    mysql_optionsv(mysql, MYSQL_OPT_SSL_ENFORCE, &enforce);
}
#else
static void set_tls(MYSQL *mysql, const struct config_mysql *cfg)
{
    static const enum mysql_ssl_mode modes[] = {
        [CONFIG_TLS_OFF] = SSL_MODE_DISABLED,
        [CONFIG_TLS_PREFERRED] = SSL_MODE_PREFERRED,
        [CONFIG_TLS_REQUIRED] = SSL_MODE_REQUIRED,
        [CONFIG_TLS_VERIFY] = SSL_MODE_VERIFY_IDENTITY,
    };
    enum config_tls tls = tls_mode(cfg);
    enum mysql_ssl_mode mode = modes[tls];
    option_bool get_key = tls == CONFIG_TLS_OFF || tls == CONFIG_TLS_PREFERRED;

    mysql_options(mysql, MYSQL_OPT_SSL_MODE, &mode);
    if (cfg->tls_ca != NULL)
        mysql_options(mysql, MYSQL_OPT_SSL_CA, cfg->tls_ca);
    else if (tls == CONFIG_TLS_VERIFY) /* libmysqlclient knows no default of its own */
        mysql_options(mysql, MYSQL_OPT_SSL_CAPATH, X509_get_default_cert_dir());
    /* caching_sha2_password without TLS wants the server's RSA key. */
    mysql_options(mysql, MYSQL_OPT_GET_SERVER_PUBLIC_KEY, &get_key);
}
#endif

/* One of the configured hosts. */
struct address {
    char host[HOST_SIZE];
    unsigned port;
};

static size_t n_hosts(const struct config_mysql *cfg)
{
    return cfg->socket != NULL || cfg->n_hosts == 0 ? 1 : cfg->n_hosts;
}

/* "host", "host:port", "[IPv6]:port"; an IPv6 address of its own has more than one colon. */
static struct address address_of(const struct config_mysql *cfg, size_t i)
{
    const char *text = cfg->n_hosts == 0 ? cfg->host : cfg->hosts[i];
    struct address a = {.port = cfg->port};
    const char *colon;
    size_t len;

    if (cfg->socket != NULL)
        text = "localhost";
    colon = strrchr(text, ':');
    len = strlen(text);
    if (colon != NULL && (strchr(text, ':') == colon || (text[0] == '[' && colon[-1] == ']'))) {
        a.port = (unsigned)strtoul(colon + 1, NULL, 10);
        len = (size_t)(colon - text);
    }
    if (len > 1 && text[0] == '[' && text[len - 1] == ']') {
        text++;
        len -= 2;
    }
    snprintf(a.host, sizeof(a.host), "%.*s", (int)len, text);
    return a;
}

static void set_options(MYSQL *mysql, const struct config_mysql *cfg, unsigned read_timeout_s)
{
    unsigned connect_s = n_hosts(cfg) > 1 ? CONNECT_NEXT_TIMEOUT_S : CONNECT_TIMEOUT_S;
    unsigned write_s = WRITE_TIMEOUT_S, refused = 0;

    mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
    mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &read_timeout_s);
    mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &write_s);
    /* A hostile server could ask for any of our files. */
    mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &refused);
    mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    set_tls(mysql, cfg);
}

static int socket_of(MYSQL *mysql)
{
#ifdef MYSQL_CLIENT_MARIADB
    return (int)mysql_get_socket(mysql);
#else
    return (int)mysql->net.fd;
#endif
}

void connect_cut(MYSQL *mysql)
{
    shutdown(socket_of(mysql), SHUT_RDWR);
}

/* A Unix socket has none of these and needs none. */
static void watch_peer(MYSQL *mysql)
{
    int on = 1, after_s = PROBE_AFTER_S, every_s = PROBE_EVERY_S, probes = PROBES;
    unsigned silence_ms = SILENCE_MS;
    int fd = socket_of(mysql);

    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &after_s, sizeof(after_s));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every_s, sizeof(every_s));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silence_ms, sizeof(silence_ms));
}

/* Of several hosts one is asked for that takes writes: a replica, a secondary of group replication,
 * a primary that gives its place up are read-only. */
static int check_writable(MYSQL *mysql, const char *what, struct err *err)
{
    MYSQL_RES *res;
    MYSQL_ROW row;
    bool is_writable;

    if (mysql_query(mysql, "SELECT @@GLOBAL.read_only") != 0 ||
        (res = mysql_store_result(mysql)) == NULL)
        return connect_error(err, mysql_errno(mysql), mysql_error(mysql), what);
    row = mysql_fetch_row(res);
    is_writable = row != NULL && row[0] != NULL && strcmp(row[0], "0") == 0;
    mysql_free_result(res);
    if (is_writable)
        return 0;
    return connect_error(err, CONNECT_READ_ONLY, "the server is read-only", what);
}

static int attempt(MYSQL *mysql, const struct config_mysql *cfg, const struct address *to,
                   struct err *err)
{
    char what[HOST_SIZE + 128];

    if (cfg->socket != NULL)
        snprintf(what, sizeof(what), "connect to %s as %s", cfg->socket, cfg->user);
    else
        snprintf(what, sizeof(what), "connect to %s:%u as %s", to->host, to->port, cfg->user);
    if (mysql_real_connect(mysql, to->host, cfg->user, cfg->password, NULL, to->port, cfg->socket,
                           CLIENT_FOUND_ROWS) == NULL)
        return connect_error(err, mysql_errno(mysql), mysql_error(mysql), what);
    /* Connector/C goes on in clear text when the server offers no TLS. */
    if (tls_mode(cfg) >= CONFIG_TLS_REQUIRED && mysql_get_ssl_cipher(mysql) == NULL) {
        err_set(err, ERR_MYSQL, "mysql: %s: the server offers no TLS", what);
        return err_hint(err, "Set up TLS on the server, or change mysql.tls.");
    }
    if (cfg->socket == NULL)
        watch_peer(mysql);
    return n_hosts(cfg) > 1 ? check_writable(mysql, what, err) : 0;
}

static int open_one(const struct config_mysql *cfg, size_t i, unsigned read_timeout_s, MYSQL **out,
                    struct err *err)
{
    const struct address to = address_of(cfg, i);
    MYSQL *mysql = mysql_init(NULL);

    if (mysql == NULL)
        return err_nomem(err, "mysql");
    set_options(mysql, cfg, read_timeout_s);
    if (attempt(mysql, cfg, &to, err) != 0) {
        mysql_close(mysql);
        return -1;
    }
    *out = mysql;
    return 0;
}

/* No host is good: what was wrong with each. */
static int all_failed(const struct config_mysql *cfg, const struct buf *reasons, struct err *err)
{
    err_set(err, ERR_MYSQL, "mysql: none of %s takes writes: %.380s", cfg->host, buf_text(reasons));
    err->detail = CONNECT_READ_ONLY;
    err_hint(err, "Let one of the hosts of mysql.host be the primary.");
    return err_transient(err);
}

int connect_open(const struct config_mysql *cfg, unsigned read_timeout_s, MYSQL **out,
                 struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static atomic_size_t last; /* the host that was good; a hint: the others may be gone */
    CLEANUP_BUF struct buf reasons = BUF_INIT;
    size_t n = n_hosts(cfg), first = atomic_load(&last);

    pthread_once(&once, init_library); /* mysql_init would do it, but not safely in threads */
    for (size_t i = 0; i < n; i++) {
        size_t at = (first + i) % n;

        if (open_one(cfg, at, read_timeout_s, out, err) == 0) {
            atomic_store(&last, at);
            return 0;
        }
        buf_printf(&reasons, "%s%s", i > 0 ? "; " : "", err->msg);
    }
    return n == 1 ? -1 : all_failed(cfg, &reasons, err);
}
