// SPDX-License-Identifier: MIT
// The Alertmanager decoder; see decode_twice() for what is required.
#include "support.hpp"
#include "targets.hpp"

void fuzz::alertmanager(std::string_view input) {
    decode_twice("alertmanager", input);
}
