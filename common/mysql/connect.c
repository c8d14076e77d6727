/* SPDX-License-Identifier: Apache-2.0 */
#include "common/mysql/connect.h"

#include <openssl/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define CONNECT_TIMEOUT_S 10
#define WRITE_TIMEOUT_S 60

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

static void set_options(MYSQL *mysql, const struct config_mysql *cfg, unsigned read_timeout_s)
{
    unsigned connect_s = CONNECT_TIMEOUT_S, write_s = WRITE_TIMEOUT_S, refused = 0;

    mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
    mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &read_timeout_s);
    mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &write_s);
    /* A hostile server could ask for any of our files. */
    mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &refused);
    mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    set_tls(mysql, cfg);
}

static int attempt(MYSQL *mysql, const struct config_mysql *cfg, struct err *err)
{
    const char *host = cfg->socket != NULL ? "localhost" : cfg->host;
    char what[256];

    if (cfg->socket != NULL)
        snprintf(what, sizeof(what), "connect to %s as %s", cfg->socket, cfg->user);
    else
        snprintf(what, sizeof(what), "connect to %s:%u as %s", host, cfg->port, cfg->user);
    if (mysql_real_connect(mysql, host, cfg->user, cfg->password, NULL, cfg->port, cfg->socket,
                           CLIENT_FOUND_ROWS) == NULL)
        return connect_error(err, mysql_errno(mysql), mysql_error(mysql), what);
    /* Connector/C goes on in clear text when the server offers no TLS. */
    if (tls_mode(cfg) >= CONFIG_TLS_REQUIRED && mysql_get_ssl_cipher(mysql) == NULL) {
        err_set(err, ERR_MYSQL, "mysql: %s: the server offers no TLS", what);
        return err_hint(err, "Set up TLS on the server, or change mysql.tls.");
    }
    return 0;
}

int connect_open(const struct config_mysql *cfg, unsigned read_timeout_s, MYSQL **out,
                 struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    MYSQL *mysql;

    pthread_once(&once, init_library); /* mysql_init would do it, but not safely in threads */
    mysql = mysql_init(NULL);
    if (mysql == NULL)
        return err_nomem(err, "mysql");
    set_options(mysql, cfg, read_timeout_s);
    if (attempt(mysql, cfg, err) != 0) {
        mysql_close(mysql);
        return -1;
    }
    *out = mysql;
    return 0;
}
