/* SPDX-License-Identifier: Apache-2.0 */
/*
 * duktape: the JavaScript engine, built with a time limit.
 *
 * A loop that never ends can only be stopped from inside the interpreter:
 * DUK_USE_EXEC_TIMEOUT_CHECK (Duktape's doc/timeouts.rst). Debian's library is built without it,
 * but its package duktape-dev carries the source as one file, made for being compiled into a
 * program with options of its own. They come before the source: its own include of duk_config.h
 * then finds the guard set.
 */
#define DUK_COMPILING_DUKTAPE /* duk_config.h gives the engine more than its users */
#include <duk_config.h>

#include "sandbox/script/limits.h"

#define DUK_USE_INTERRUPT_COUNTER
#define DUK_USE_EXEC_TIMEOUT_CHECK(udata) limits_is_late(udata)

#include <duktape.c>
