// SPDX-License-Identifier: MIT
#include "alert_bridge/app/complain.hpp"

#include <cstdio>
#include <cstdlib>

#include "alert_bridge/base/text.hpp"

namespace alert_bridge::app {

int complain(const std::string& text) {
    std::fprintf(stderr, "glpi-alert-bridge: %s\n", drop_controls(repair_utf8(text)).c_str());
    return EXIT_FAILURE;
}

}  // namespace alert_bridge::app
