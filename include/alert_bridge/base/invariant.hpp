// SPDX-License-Identifier: MIT
//
// BRIDGE_INVARIANT: a condition that only a programming mistake can break. Active in every build;
// prints where and aborts. Safe, because all state is durable and the service manager restarts us.
#pragma once

#include <cstdio>
#include <cstdlib>

#define BRIDGE_INVARIANT(condition)                                                       \
    do {                                                                                  \
        if (!(condition)) [[unlikely]] {                                                  \
            std::fprintf(                                                                 \
                stderr, "invariant broken: %s at %s:%d\n", #condition, __FILE__, __LINE__ \
            );                                                                            \
            std::abort();                                                                 \
        }                                                                                 \
    } while (false)
