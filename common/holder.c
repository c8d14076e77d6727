/* SPDX-License-Identifier: Apache-2.0 */
#include "common/holder.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/hash.h"

/* The boot and the process namespace: within them a process number means one process at a time. 0
 * where it cannot be told. */
static uint64_t this_machine(void)
{
    char text[256] = "", space[64] = "";
    FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");
    size_t n = f == NULL ? 0 : fread(text, 1, 64, f);

    if (f != NULL)
        fclose(f);
    if (n == 0 || readlink("/proc/self/ns/pid", space, sizeof(space) - 1) <= 0)
        return 0;
    snprintf(text + n, sizeof(text) - n, "%s", space);
    return hash64(text, strlen(text));
}

/* proc_pid_stat(5): the command's name, which may hold anything, ends with the last parenthesis;
 * then the state (field 3) and, as field 22, when the process began. */
static bool read_process(long pid, char *state, uint64_t *start)
{
    char path[64], text[1024];
    const char *at;
    FILE *f;
    size_t n;

    snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
    f = fopen(path, "re");
    if (f == NULL)
        return false;
    n = fread(text, 1, sizeof(text) - 1, f);
    fclose(f);
    text[n] = '\0';
    at = strrchr(text, ')');
    if (at == NULL || at[1] == '\0')
        return false;
    *state = at[2];
    for (int field = 2; field < 22 && at != NULL; field++)
        at = strchr(at + 1, ' ');
    *start = at == NULL ? 0 : strtoull(at, NULL, 10);
    return *start != 0;
}

void holder_self(struct holder *out)
{
    char host[128] = "", state;
    time_t now = time(NULL);
    struct tm tm;

    *out = (struct holder){.machine = this_machine()};
    gethostname(host, sizeof(host) - 1);
    snprintf(out->name, sizeof(out->name), "%s:%ld", host, (long)getpid());
    gmtime_r(&now, &tm);
    strftime(out->since, sizeof(out->since), "%Y-%m-%dT%H:%M:%SZ", &tm);
    if (!read_process(getpid(), &state, &out->start))
        out->machine = 0;
}

void holder_print(const struct holder *h, struct buf *out)
{
    buf_printf(out, "%s since=%s machine=%016" PRIx64 " start=%" PRIu64 " owner=%016" PRIx64,
               h->name, h->since, h->machine, h->start, h->owner);
}

/* The number of " NAME=" in TEXT; 0: it is not there. */
static uint64_t number_of(const char *text, const char *name, int base)
{
    const char *at = strstr(text, name);

    return at == NULL ? 0 : strtoull(at + strlen(name), NULL, base);
}

void holder_parse(const char *text, struct holder *out)
{
    const char *since = strstr(text, " since=");

    *out = (struct holder){.machine = number_of(text, " machine=", 16),
                           .start = number_of(text, " start=", 10),
                           .owner = number_of(text, " owner=", 16)};
    snprintf(out->name, sizeof(out->name), "%.*s", (int)strcspn(text, " "), text);
    if (since != NULL)
        snprintf(out->since, sizeof(out->since), "%.*s", (int)strcspn(since + 7, " "), since + 7);
}

static long pid_of(const struct holder *h)
{
    const char *colon = strrchr(h->name, ':');

    return colon == NULL ? 0 : strtol(colon + 1, NULL, 10);
}

bool holder_is_self(const struct holder *h)
{
    struct holder self;

    holder_self(&self);
    return self.machine != 0 && h->machine == self.machine && h->start == self.start &&
           pid_of(h) == (long)getpid();
}

bool holder_is_dead(const struct holder *h)
{
    long pid = pid_of(h);
    uint64_t start;
    char state;

    if (h->machine == 0 || h->start == 0 || pid <= 0 || h->machine != this_machine())
        return false;
    if (kill((pid_t)pid, 0) != 0 && errno == ESRCH)
        return true;
    /* Where /proc hides it, it may be alive. */
    return read_process(pid, &state, &start) && (start != h->start || state == 'Z' || state == 'X');
}
