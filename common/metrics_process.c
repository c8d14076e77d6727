/* SPDX-License-Identifier: Apache-2.0 */
/* metrics_process: what Prometheus' client libraries show of every process, and of which version it
 * is. https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "common/metrics.h"
#include "common/version.h"

/* The fields of /proc/self/stat that are shown; proc_pid_stat(5). */
struct stat_line {
    unsigned long long user_ticks, system_ticks, start_ticks, virtual_bytes;
    long threads, resident_pages;
};

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

static bool read_stat(struct stat_line *out)
{
    char text[1024];
    const char *rest;

    if (!read_line("/proc/self/stat", text, sizeof(text)))
        return false;
    rest = strrchr(text, ')'); /* the name before it may hold anything */
    return rest != NULL &&
           sscanf(rest + 1,
                  " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d %*d %ld %*d "
                  "%llu %llu %ld",
                  &out->user_ticks, &out->system_ticks, &out->threads, &out->start_ticks,
                  &out->virtual_bytes, &out->resident_pages) == 6;
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
static double started_at(const struct stat_line *line, double ticks_per_s)
{
    struct timespec now, up;

    clock_gettime(CLOCK_REALTIME, &now);
    clock_gettime(CLOCK_BOOTTIME, &up);
    return (double)(now.tv_sec - up.tv_sec) + (double)(now.tv_nsec - up.tv_nsec) / 1e9 +
           (double)line->start_ticks / ticks_per_s;
}

static void put_stat(struct buf *out)
{
    double ticks_per_s = (double)sysconf(_SC_CLK_TCK);
    struct stat_line line;

    if (!read_stat(&line))
        return;
    put(out, "process_start_time_seconds", "gauge", "When the process started",
        started_at(&line, ticks_per_s));
    put(out, "process_cpu_seconds_total", "counter", "Processor time, of the user and the system",
        (double)(line.user_ticks + line.system_ticks) / ticks_per_s);
    put(out, "process_resident_memory_bytes", "gauge", "Memory in use",
        (double)line.resident_pages * (double)sysconf(_SC_PAGESIZE));
    put(out, "process_virtual_memory_bytes", "gauge", "Address space", (double)line.virtual_bytes);
    put(out, "process_threads", "gauge", "Threads", (double)line.threads);
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
