// SPDX-License-Identifier: MIT
// The Icinga 2 decoder; see decode_twice() for what is required.
#include "support.hpp"
#include "targets.hpp"

void fuzz::icinga(std::string_view input) {
    decode_twice("icinga2", input);
}
