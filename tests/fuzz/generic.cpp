// SPDX-License-Identifier: MIT
// The decoder of any JSON, with every field mapped; see decode_twice() for what is required.
#include "support.hpp"
#include "targets.hpp"

void fuzz::generic(std::string_view input) {
    decode_twice("generic", input);
}
