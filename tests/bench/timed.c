/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timed: run a command and say how long it took and how much memory it had.
 *
 * timed REPORT COMMAND ARGUMENT...: writes one line of JSON to the file REPORT. A small program of
 * its own, because the kernel counts the memory of whoever forks as the child's peak until it
 * execs.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_NOT_STARTED = 127 };

static double seconds(const struct timeval *t)
{
    return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    struct rusage usage;
    double start = now();
    int status;
    pid_t child;
    FILE *report;

    if (argc < 3) {
        fprintf(stderr, "usage: timed REPORT COMMAND ARGUMENT...\n");
        return 2;
    }
    child = fork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        fprintf(stderr, "%s: %s\n", argv[2], strerror(errno));
        _exit(EXIT_NOT_STARTED);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child)
        return 1;
    report = fopen(argv[1], "w");
    if (report == NULL)
        return 1;
    fprintf(report,
            "{\"seconds\": %.6f, \"user_s\": %.6f, \"system_s\": %.6f, \"peak_kib\": %ld, "
            "\"status\": %d}\n",
            now() - start, seconds(&usage.ru_utime), seconds(&usage.ru_stime), usage.ru_maxrss,
            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return fclose(report) == 0 ? 0 : 1;
}
