// SPDX-License-Identifier: MIT
#include "alert_bridge/base/test_point.hpp"

#ifdef BRIDGE_TEST_POINTS

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

#include <unistd.h>

namespace alert_bridge {
namespace {

struct Order {
    std::string name;
    std::atomic<long> left = 0;  // passages until it strikes

    explicit Order(const char* variable) {
        const char* text = std::getenv(variable);
        const std::string given = text == nullptr ? "" : text;
        const auto colon = given.find(':');
        if (colon != std::string::npos) {
            name = given.substr(0, colon);
            left = std::strtol(given.c_str() + colon + 1, nullptr, 10);
        }
    }
    bool strikes(const char* at) noexcept { return name == at && --left == 0; }
};

}  // namespace

void test_point(const char* name) noexcept {
    // Read once; the one exception to "no static state", in test builds only.
    static Order kill("BRIDGE_KILL_AT");
    static Order hang("BRIDGE_HANG_AT");
    if (kill.strikes(name)) {
        static_cast<void>(std::raise(SIGKILL));
    }
    if (hang.strikes(name)) {
        for (;;) {
            ::pause();
        }
    }
}

}  // namespace alert_bridge

#endif
