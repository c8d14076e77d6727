/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock: preloaded into a program, it lets the wall clock jump: by as many seconds as the file
 * $FAULT_CLOCK says at this moment (mapped: a int64_t). Clocks that only go forward are left alone,
 * as they are when somebody sets the time.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *offset_s; /* NULL: the program has not begun yet */

static void __attribute__((constructor)) begin(void)
{
    const char *path = getenv("FAULT_CLOCK");
    int fd = path == NULL ? -1 : open(path, O_RDONLY);
    void *map = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*offset_s), PROT_READ, MAP_SHARED, fd, 0);

    if (map == MAP_FAILED)
        abort();
    offset_s = map;
    close(fd);
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
    int rc = (int)syscall(SYS_clock_gettime, id, ts);

    if (rc == 0 && offset_s != NULL && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
        ts->tv_sec += *offset_s;
    return rc;
}

time_t time(time_t *out)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    if (out != NULL)
        *out = ts.tv_sec;
    return ts.tv_sec;
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
    struct timespec ts;

    (void)zone;
    clock_gettime(CLOCK_REALTIME, &ts);
    *tv = (struct timeval){.tv_sec = ts.tv_sec, .tv_usec = ts.tv_nsec / 1000};
    return 0;
}
