// SPDX-License-Identifier: MIT
// The Nagios decoder; see decode_twice() for what is required.
#include "support.hpp"
#include "targets.hpp"

void fuzz::nagios(std::string_view input) {
    decode_twice("nagios", input);
}
