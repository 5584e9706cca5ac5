// SPDX-License-Identifier: MIT
// Catch2 2 needs a main of its own; Catch2 3 brings one as a library.
#if !__has_include(<catch2/catch_all.hpp>)
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
