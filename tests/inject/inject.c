/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inject: what may fail by itself, counted, and failed when asked for (README.md).
 *
 * The product's archives are copied with each call of NAME below turned into one of inject_NAME, so
 * that only what our own code asks for is counted: not the tests', not the libraries'.
 *
 *   INJECT_COUNT=FILE       write "KIND TOTAL N..." a kind there at the end: how many calls there
 * were, and which of them were the first to come from their place (a stack of calls)
 *   INJECT=KIND:N[+]        fail the N-th call of KIND (with "+" all later ones, too) and say so on
 * standard error INJECT=short            every read and write takes half of what it might
 *
 * Kinds: alloc (memory, and what libraries make for us), io (files, sockets, threads), query
 * (MySQL).
 */
#include <curl/curl.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <mysql.h>
#include <netdb.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>
#include <yaml.h>
#include <zlib.h>
#include <zstd.h>

#include <cjson/cJSON.h>

enum kind { ALLOC, IO, QUERY, N_KINDS };
static const char *const names[N_KINDS] = {"alloc", "io", "query"};

#define FRAMES 12
#define N_PLACES (1u << 16)

static atomic_long calls[N_KINDS];
static enum kind failing_kind = N_KINDS;
static long failing_from, failing_to;
static bool is_short;
static const char *count_path;

static pthread_mutex_t places_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t places[N_PLACES]; /* open addressing; 0: free */
static long first_calls[N_KINDS][N_PLACES / 4];
static size_t n_first_calls[N_KINDS];

/* The stack of calls, by frame pointers: what is compiled without them ends it. */
__attribute__((no_sanitize("address", "undefined"), noinline)) static uint64_t place(enum kind kind)
{
    static _Thread_local uintptr_t end;
    uintptr_t *frame = __builtin_frame_address(0);
    uint64_t hash = 0x9e3779b97f4a7c15u * ((uint64_t)kind + 1);

    if (end == 0) {
        pthread_attr_t attr;
        void *start;
        size_t size;

        if (pthread_getattr_np(pthread_self(), &attr) != 0)
            abort();
        pthread_attr_getstack(&attr, &start, &size);
        pthread_attr_destroy(&attr);
        end = (uintptr_t)start + size;
    }
    for (int i = 0; i < FRAMES && frame[1] != 0; i++) {
        uintptr_t next = frame[0];

        hash = (hash ^ frame[1]) * 0xff51afd7ed558ccdu;
        hash ^= hash >> 32;
        if (next <= (uintptr_t)frame || next + 2 * sizeof(next) > end || next % sizeof(next) != 0)
            break;
        frame = (uintptr_t *)next; /* NOLINT(performance-no-int-to-ptr) */
    }
    return hash == 0 ? 1 : hash;
}

static void count_place(enum kind kind, long number)
{
    uint64_t hash = place(kind);
    size_t at = hash % N_PLACES;

    pthread_mutex_lock(&places_lock);
    while (places[at] != 0 && places[at] != hash)
        at = (at + 1) % N_PLACES;
    if (places[at] == 0 && n_first_calls[kind] < N_PLACES / 4) {
        places[at] = hash;
        first_calls[kind][n_first_calls[kind]++] = number;
    }
    pthread_mutex_unlock(&places_lock);
}

static void say(enum kind kind, long number, const char *what)
{
    char line[128];
    int n = snprintf(line, sizeof(line), "inject: %s %ld fails: %s\n", names[kind], number, what);

    if (write(STDERR_FILENO, line, (size_t)n) < 0)
        abort();
}

/* True: this call is to fail; errno says so. */
static bool fails(enum kind kind, const char *what)
{
    long number = atomic_fetch_add(&calls[kind], 1) + 1;

    if (count_path != NULL)
        count_place(kind, number);
    if (kind != failing_kind || number < failing_from || number > failing_to)
        return false;
    if (number == failing_from)
        say(kind, number, what);
    errno = kind == ALLOC ? ENOMEM : EIO;
    return true;
}

static size_t part(size_t len)
{
    return is_short && len > 1 ? len / 2 : len;
}

static void write_counts(void)
{
    FILE *file = fopen(count_path, "w");

    if (file == NULL)
        abort();
    for (size_t kind = 0; kind < N_KINDS; kind++) {
        fprintf(file, "%s %ld", names[kind], atomic_load(&calls[kind]));
        for (size_t i = 0; i < n_first_calls[kind]; i++)
            fprintf(file, " %ld", first_calls[kind][i]);
        fputc('\n', file);
    }
    if (fclose(file) != 0)
        abort();
}

static void read_order(const char *order)
{
    const char *colon = strchr(order, ':');
    char *end = NULL;

    if (strcmp(order, "short") == 0) {
        is_short = true;
        return;
    }
    for (size_t kind = 0; kind < N_KINDS; kind++)
        if (colon != NULL && strncmp(order, names[kind], strlen(names[kind])) == 0 &&
            order + strlen(names[kind]) == colon)
            failing_kind = (enum kind)kind;
    failing_from = failing_to = colon == NULL ? 0 : strtol(colon + 1, &end, 10);
    if (failing_kind == N_KINDS || failing_from < 1 || (*end != '\0' && strcmp(end, "+") != 0)) {
        fprintf(stderr, "inject: INJECT=%s is not understood\n", order);
        exit(2);
    }
    if (*end == '+')
        failing_to = INT64_MAX;
}

__attribute__((constructor)) static void begin(void)
{
    const char *order = getenv("INJECT");

    count_path = getenv("INJECT_COUNT");
    if (order != NULL)
        read_order(order);
    if (count_path != NULL)
        atexit(write_counts);
}

/* What is done for us when it is not to fail; else FAILURE. */
#define WRAP(kind, type, name, parameters, arguments, failure)         \
    type inject_##name parameters;                                     \
    type inject_##name parameters                                      \
    {                                                                  \
        return fails(kind, #name) ? (type)(failure) : (name)arguments; \
    }

/* Memory. */
WRAP(ALLOC, void *, malloc, (size_t n), (n), NULL)
WRAP(ALLOC, void *, calloc, (size_t n, size_t size), (n, size), NULL)
WRAP(ALLOC, void *, realloc, (void *p, size_t n), (p, n), NULL)
WRAP(ALLOC, void *, reallocarray, (void *p, size_t n, size_t size), (p, n, size), NULL)
WRAP(ALLOC, char *, strdup, (const char *s), (s), NULL)
WRAP(ALLOC, char *, strndup, (const char *s, size_t n), (s, n), NULL)
WRAP(ALLOC, char *, realpath, (const char *path, char *to), (path, to), NULL)
WRAP(ALLOC, FILE *, open_memstream, (char **text, size_t *size), (text, size), NULL)

int inject_vasprintf(char **text, const char *fmt, va_list ap);
int inject_vasprintf(char **text, const char *fmt, va_list ap)
{
    return fails(ALLOC, "vasprintf") ? -1 : vasprintf(text, fmt, ap);
}

int inject_asprintf(char **text, const char *fmt, ...);
int inject_asprintf(char **text, const char *fmt, ...)
{
    va_list ap;
    int n;

    if (fails(ALLOC, "asprintf"))
        return -1;
    va_start(ap, fmt);
    n = vasprintf(text, fmt, ap);
    va_end(ap);
    return n;
}

/* What libraries make. */
WRAP(ALLOC, cJSON *, cJSON_CreateObject, (void), (), NULL)
WRAP(ALLOC, cJSON *, cJSON_CreateArray, (void), (), NULL)
WRAP(ALLOC, cJSON *, cJSON_CreateString, (const char *s), (s), NULL)
WRAP(ALLOC, cJSON *, cJSON_CreateNumber, (double n), (n), NULL)
WRAP(ALLOC, cJSON *, cJSON_CreateBool, (cJSON_bool b), (b), NULL)
WRAP(ALLOC, cJSON *, cJSON_CreateNull, (void), (), NULL)
WRAP(ALLOC, cJSON *, cJSON_Duplicate, (const cJSON *j, cJSON_bool deep), (j, deep), NULL)
WRAP(ALLOC, cJSON *, cJSON_Parse, (const char *s), (s), NULL)
WRAP(ALLOC, cJSON *, cJSON_AddStringToObject, (cJSON * o, const char *name, const char *s),
     (o, name, s), NULL)
WRAP(ALLOC, cJSON *, cJSON_AddNumberToObject, (cJSON * o, const char *name, double n), (o, name, n),
     NULL)
WRAP(ALLOC, cJSON *, cJSON_AddBoolToObject, (cJSON * o, const char *name, cJSON_bool b),
     (o, name, b), NULL)
WRAP(ALLOC, cJSON *, cJSON_AddTrueToObject, (cJSON * o, const char *name), (o, name), NULL)
WRAP(ALLOC, cJSON *, cJSON_AddNullToObject, (cJSON * o, const char *name), (o, name), NULL)
WRAP(ALLOC, cJSON *, cJSON_AddObjectToObject, (cJSON * o, const char *name), (o, name), NULL)
WRAP(ALLOC, cJSON *, cJSON_AddArrayToObject, (cJSON * o, const char *name), (o, name), NULL)
WRAP(ALLOC, char *, cJSON_PrintUnformatted, (const cJSON *j), (j), NULL)
WRAP(ALLOC, CURL *, curl_easy_init, (void), (), NULL)
WRAP(ALLOC, CURLM *, curl_multi_init, (void), (), NULL)
WRAP(ALLOC, CURLU *, curl_url, (void), (), NULL)
WRAP(ALLOC, struct curl_slist *, curl_slist_append, (struct curl_slist * l, const char *s), (l, s),
     NULL)
WRAP(ALLOC, CURLcode, curl_global_init, (long flags), (flags), CURLE_OUT_OF_MEMORY)
WRAP(ALLOC, CURLMcode, curl_multi_add_handle, (CURLM * m, CURL *e), (m, e), CURLM_OUT_OF_MEMORY)
WRAP(ALLOC, CURLUcode, curl_url_set, (CURLU * u, CURLUPart part_, const char *s, unsigned flags),
     (u, part_, s, flags), CURLUE_OUT_OF_MEMORY)
WRAP(ALLOC, CURLUcode, curl_url_get, (CURLU * u, CURLUPart part_, char **s, unsigned flags),
     (u, part_, s, flags), CURLUE_OUT_OF_MEMORY)
WRAP(ALLOC, struct MHD_Response *, MHD_create_response_from_buffer,
     (size_t n, void *p, enum MHD_ResponseMemoryMode mode), (n, p, mode), NULL)
WRAP(ALLOC, struct MHD_Response *, MHD_create_response_from_callback,
     (uint64_t n, size_t block, MHD_ContentReaderCallback f, void *ctx,
      MHD_ContentReaderFreeCallback done),
     (n, block, f, ctx, done), NULL)
WRAP(ALLOC, enum MHD_Result, MHD_add_response_header,
     (struct MHD_Response * r, const char *name, const char *s), (r, name, s), MHD_NO)
WRAP(ALLOC, EVP_MD_CTX *, EVP_MD_CTX_new, (void), (), NULL)
WRAP(ALLOC, BIO *, BIO_new_mem_buf, (const void *p, int n), (p, n), NULL)
WRAP(ALLOC, int, EVP_DigestSignInit,
     (EVP_MD_CTX * c, EVP_PKEY_CTX **p, const EVP_MD *type, ENGINE *e, EVP_PKEY *key),
     (c, p, type, e, key), 0)
WRAP(ALLOC, int, yaml_parser_initialize, (yaml_parser_t * p), (p), 0)
WRAP(ALLOC, int, deflateInit2_,
     (z_streamp z, int level, int method, int bits, int mem, int strategy, const char *version,
      int size),
     (z, level, method, bits, mem, strategy, version, size), Z_MEM_ERROR)
WRAP(ALLOC, int, inflateInit_, (z_streamp z, const char *version, int size), (z, version, size),
     Z_MEM_ERROR)
WRAP(ALLOC, int, inflateInit2_, (z_streamp z, int bits, const char *version, int size),
     (z, bits, version, size), Z_MEM_ERROR)
WRAP(ALLOC, ZSTD_DCtx *, ZSTD_createDCtx, (void), (), NULL)
WRAP(ALLOC, MYSQL *, mysql_init, (MYSQL * m), (m), NULL)
WRAP(ALLOC, MYSQL_STMT *, mysql_stmt_init, (MYSQL * m), (m), NULL)

cJSON *inject_cJSON_ParseWithLengthOpts(const char *s, size_t n, const char **end,
                                        cJSON_bool whole);
cJSON *inject_cJSON_ParseWithLengthOpts(const char *s, size_t n, const char **end, cJSON_bool whole)
{
    if (!fails(ALLOC, "cJSON_ParseWithLengthOpts"))
        return cJSON_ParseWithLengthOpts(s, n, end, whole);
    *end = s; /* as cJSON does */
    return NULL;
}

/* One option, whatever its type: in a register on all machines that we know. */
CURLcode inject_curl_easy_setopt(CURL *e, CURLoption option, ...);
CURLcode inject_curl_easy_setopt(CURL *e, CURLoption option, ...)
{
    va_list ap;
    void *value;

    va_start(ap, option);
    value = va_arg(ap, void *);
    va_end(ap);
    return fails(ALLOC, "curl_easy_setopt") ? CURLE_OUT_OF_MEMORY
                                            : (curl_easy_setopt)(e, option, value);
}

/* Files, sockets, threads. */
WRAP(IO, ssize_t, read, (int fd, void *p, size_t n), (fd, p, part(n)), -1)
WRAP(IO, ssize_t, write, (int fd, const void *p, size_t n), (fd, p, part(n)), -1)
WRAP(IO, ssize_t, pread, (int fd, void *p, size_t n, off_t at), (fd, p, part(n), at), -1)
WRAP(IO, ssize_t, getrandom, (void *p, size_t n, unsigned flags), (p, n, flags), -1)
WRAP(IO, size_t, fread, (void *p, size_t size, size_t n, FILE *f), (p, size, n, f), 0)
WRAP(IO, size_t, fwrite, (const void *p, size_t size, size_t n, FILE *f), (p, size, n, f), 0)
WRAP(IO, int, fflush, (FILE * f), (f), EOF)
WRAP(IO, FILE *, fopen, (const char *path, const char *mode), (path, mode), NULL)
WRAP(IO, FILE *, tmpfile, (void), (), NULL)
WRAP(IO, DIR *, opendir, (const char *path), (path), NULL)
WRAP(IO, struct dirent *, readdir, (DIR * d), (d), NULL)
WRAP(IO, int, fstat, (int fd, struct stat *s), (fd, s), -1)
WRAP(IO, int, stat, (const char *path, struct stat *s), (path, s), -1)
WRAP(IO, int, fsync, (int fd), (fd), -1)
WRAP(IO, int, fchmod, (int fd, mode_t mode), (fd, mode), -1)
WRAP(IO, int, rename, (const char *from, const char *to), (from, to), -1)
WRAP(IO, int, mkostemp, (char *name, int flags), (name, flags), -1)
WRAP(IO, off_t, lseek, (int fd, off_t to, int whence), (fd, to, whence), -1)
WRAP(IO, int, socket, (int domain, int type, int protocol), (domain, type, protocol), -1)
WRAP(IO, int, bind, (int fd, const struct sockaddr *a, socklen_t n), (fd, a, n), -1)
WRAP(IO, int, listen, (int fd, int n), (fd, n), -1)
WRAP(IO, int, setsockopt, (int fd, int level, int name, const void *p, socklen_t n),
     (fd, level, name, p, n), -1)
WRAP(IO, int, getsockname, (int fd, struct sockaddr *a, socklen_t *n), (fd, a, n), -1)
WRAP(IO, int, poll, (struct pollfd * fds, nfds_t n, int ms), (fds, n, ms), -1)
WRAP(IO, int, getaddrinfo,
     (const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **found),
     (host, service, hints, found), EAI_AGAIN)
WRAP(IO, int, pthread_create,
     (pthread_t * t, const pthread_attr_t *a, void *(*f)(void *), void *ctx), (t, a, f, ctx),
     EAGAIN)
WRAP(IO, CURLMcode, curl_multi_perform, (CURLM * m, int *running), (m, running),
     CURLM_INTERNAL_ERROR)
WRAP(IO, CURLMcode, curl_multi_poll,
     (CURLM * m, struct curl_waitfd *fds, unsigned n, int ms, int *ready), (m, fds, n, ms, ready),
     CURLM_INTERNAL_ERROR)

/* A file that cannot be written shows it at the end. */
int inject_fclose(FILE *f);
int inject_fclose(FILE *f)
{
    bool is_failed = fails(IO, "fclose");
    int why = errno, rc = fclose(f);

    if (is_failed)
        errno = why;
    return is_failed ? EOF : rc;
}

int inject_open(const char *path, int flags, ...);
int inject_open(const char *path, int flags, ...)
{
    va_list ap;
    mode_t mode;

    va_start(ap, flags);
    mode = va_arg(ap, mode_t);
    va_end(ap);
    return fails(IO, "open") ? -1 : open(path, flags, mode);
}

struct MHD_Daemon *inject_MHD_start_daemon(unsigned flags, uint16_t port,
                                           MHD_AcceptPolicyCallback may, void *may_ctx,
                                           MHD_AccessHandlerCallback f, void *ctx, ...);
struct MHD_Daemon *inject_MHD_start_daemon(unsigned flags, uint16_t port,
                                           MHD_AcceptPolicyCallback may, void *may_ctx,
                                           MHD_AccessHandlerCallback f, void *ctx, ...)
{
    va_list ap;
    struct MHD_Daemon *d;

    if (fails(IO, "MHD_start_daemon"))
        return NULL;
    va_start(ap, ctx);
    d = MHD_start_daemon_va(flags, port, may, may_ctx, f, ctx, ap);
    va_end(ap);
    return d;
}

/* MySQL: the connection is cut just before, and the library finds that out by itself. */
static void cut(MYSQL *mysql, const char *what)
{
    if (fails(QUERY, what))
        shutdown((int)mysql->net.fd, SHUT_RDWR);
}

#define CUT(type, name, parameters, arguments, mysql) \
    type inject_##name parameters;                    \
    type inject_##name parameters                     \
    {                                                 \
        cut(mysql, #name);                            \
        return name arguments;                        \
    }

CUT(int, mysql_real_query, (MYSQL * m, const char *q, unsigned long n), (m, q, n), m)
CUT(MYSQL_RES *, mysql_store_result, (MYSQL * m), (m), m)
CUT(int, mysql_stmt_prepare, (MYSQL_STMT * s, const char *q, unsigned long n), (s, q, n), s->mysql)
CUT(int, mysql_stmt_execute, (MYSQL_STMT * s), (s), s->mysql)
CUT(int, mysql_stmt_store_result, (MYSQL_STMT * s), (s), s->mysql)
#ifdef MYSQL_CLIENT_MARIADB
CUT(unsigned long, mysql_net_read_packet, (MYSQL * m), (m), m)
#endif

/* Where nobody listens. */
MYSQL *inject_mysql_real_connect(MYSQL *m, const char *host, const char *user, const char *password,
                                 const char *db, unsigned port, const char *path,
                                 unsigned long flags);
MYSQL *inject_mysql_real_connect(MYSQL *m, const char *host, const char *user, const char *password,
                                 const char *db, unsigned port, const char *path,
                                 unsigned long flags)
{
    if (fails(QUERY, "mysql_real_connect"))
        return mysql_real_connect(m, "127.0.0.1", user, password, db, 1, NULL, flags);
    return mysql_real_connect(m, host, user, password, db, port, path, flags);
}
