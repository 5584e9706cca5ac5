// SPDX-License-Identifier: MIT
// The Zabbix decoder; see decode_twice() for what is required.
#include "support.hpp"
#include "targets.hpp"

void fuzz::zabbix(std::string_view input) {
    decode_twice("zabbix", input);
}
