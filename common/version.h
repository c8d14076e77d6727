/* SPDX-License-Identifier: Apache-2.0 */
/* version: of all four programs. */
#ifndef COMMON_VERSION_H
#define COMMON_VERSION_H

#define TABRELAY_VERSION "0.1.0"
#endif
