/* SPDX-License-Identifier: Apache-2.0 */
/* metrics_process: what Prometheus' client libraries show of every process, and of which version it
 * is. https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "common/metrics.h"
#include "common/version.h"

/* The fields of /proc/self/stat that are shown, by their numbers in proc_pid_stat(5). */
enum { FIELD_STATE = 3, FIELD_USER = 14, FIELD_SYSTEM = 15, FIELD_THREADS = 20, FIELD_START = 22 };
enum { FIELD_VIRTUAL = 23, FIELD_RESIDENT = 24 };

static void put(struct buf *out, const char *name, const char *type, const char *help, double value)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s %.15g\n", name, help, name, type, name, value);
}

static bool read_line(const char *path, char *text, int size)
{
    FILE *file = fopen(path, "re");
    bool is_read = file != NULL && fgets(text, size, file) != NULL;

    if (file != NULL)
        fclose(file);
    return is_read;
}

/* What follows the process' name, which may hold anything; NULL: it cannot be read. */
static const char *read_stat(char *text, int size)
{
    const char *end = read_line("/proc/self/stat", text, size) ? strrchr(text, ')') : NULL;

    return end == NULL ? NULL : end + 2;
}

static double field(const char *stat, int number)
{
    for (int at = FIELD_STATE; at < number && stat != NULL; at++) {
        stat = strchr(stat, ' ');
        stat = stat == NULL ? NULL : stat + 1;
    }
    return stat == NULL ? 0 : strtod(stat, NULL);
}

static int count_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int n = 0;

    if (folder == NULL)
        return -1;
    while (readdir(folder) != NULL)
        n++;
    closedir(folder);
    return n - 3; /* ".", ".." and the folder itself */
}

/* Ticks count from the machine's start. */
static double started_at(double start_s)
{
    struct timespec now, up;

    clock_gettime(CLOCK_REALTIME, &now);
    clock_gettime(CLOCK_BOOTTIME, &up);
    return (double)(now.tv_sec - up.tv_sec) + (double)(now.tv_nsec - up.tv_nsec) / 1e9 + start_s;
}

static void put_stat(struct buf *out)
{
    double ticks_per_s = (double)sysconf(_SC_CLK_TCK);
    char text[1024];
    const char *stat = read_stat(text, sizeof(text));

    if (stat == NULL)
        return;
    put(out, "process_start_time_seconds", "gauge", "When the process started",
        started_at(field(stat, FIELD_START) / ticks_per_s));
    put(out, "process_cpu_seconds_total", "counter", "Processor time, of the user and the system",
        (field(stat, FIELD_USER) + field(stat, FIELD_SYSTEM)) / ticks_per_s);
    put(out, "process_resident_memory_bytes", "gauge", "Memory in use",
        field(stat, FIELD_RESIDENT) * (double)sysconf(_SC_PAGESIZE));
    put(out, "process_virtual_memory_bytes", "gauge", "Address space", field(stat, FIELD_VIRTUAL));
    put(out, "process_threads", "gauge", "Threads", field(stat, FIELD_THREADS));
}

void metrics_process(enum metrics_program program, struct buf *out)
{
    struct rlimit limit;
    int files = count_files();

    put_stat(out);
    if (files >= 0)
        put(out, "process_open_fds", "gauge", "Open file descriptors", files);
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        put(out, "process_max_fds", "gauge", "Limit of open file descriptors",
            (double)limit.rlim_cur);
    buf_printf(out,
               "# HELP tabrelay_build_info The version of the program\n"
               "# TYPE tabrelay_build_info gauge\n"
               "tabrelay_build_info{program=\"%s\",version=\"%s\"} 1\n",
               program == METRICS_REPLICATOR ? "replicator" : "webhook", TABRELAY_VERSION);
}
