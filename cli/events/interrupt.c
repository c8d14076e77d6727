/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/events/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "common/cleanup.h"

enum { WAKE_SIGNAL = SIGUSR1, WAKE_EVERY_NS = 50 * 1000 * 1000, EXIT_BY_SIGNAL = 128 };

static sigset_t end_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

static void wake(int number)
{
    (void)number; /* a system call that waits has been interrupted: that is all */
}

static void break_stream(struct interrupt *i)
{
    LOCK_SCOPE(&i->lock);

    if (i->reader != NULL)
        reader_interrupt(i->reader);
}

static void *run(void *ctx)
{
    const struct timespec every = {.tv_nsec = WAKE_EVERY_NS};
    struct interrupt *i = ctx;
    sigset_t set = end_signals();
    int number;

    sigwaitinfo(&set, NULL);
    if (atomic_load(&i->is_over))
        return NULL;
    stop_ask(i->stop);
    break_stream(i);
    /* Again and again: the main thread may have looked at the stop just before it began to wait. */
    for (;;) {
        pthread_kill(i->main, WAKE_SIGNAL);
        number = sigtimedwait(&set, NULL, &every);
        if (atomic_load(&i->is_over))
            return NULL;
        if (number > 0)
            _exit(EXIT_BY_SIGNAL + number);
    }
}

int interrupt_start(struct interrupt *i, struct stop *stop, struct err *err)
{
    struct sigaction action = {.sa_handler = wake};

    *i = (struct interrupt){.stop = stop, .main = pthread_self()};
    pthread_mutex_init(&i->lock, NULL);
    stop_block_signals();
    sigaction(WAKE_SIGNAL, &action, NULL); /* no SA_RESTART */
    errno = pthread_create(&i->thread, NULL, run, i);
    return errno == 0 ? 0 : err_errno(err, "events: start a thread");
}

void interrupt_end(struct interrupt *i)
{
    atomic_store(&i->is_over, true);
    pthread_kill(i->thread, SIGINT); /* it waits for one */
    pthread_join(i->thread, NULL);
    pthread_mutex_destroy(&i->lock);
}

void interrupt_reader(struct interrupt *i, struct reader *r)
{
    LOCK_SCOPE(&i->lock);

    i->reader = r;
    if (r != NULL && stop_is_asked(i->stop))
        reader_interrupt(r);
}
