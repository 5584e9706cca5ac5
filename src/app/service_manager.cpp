// SPDX-License-Identifier: MIT
#include "alert_bridge/app/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "alert_bridge/base/number.hpp"

namespace alert_bridge::app {
namespace {

// sd_notify(3): the protocol is stable and may be spoken without libsystemd, which would bring
// six more libraries along. Nobody listens, or it cannot be told: there is nobody to tell that
// either.
void notify(const std::string& state) {
    const char* const named = std::getenv("NOTIFY_SOCKET");
    const std::string_view path = named == nullptr ? "" : named;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() < 2 || path.size() >= sizeof(address.sun_path) ||
        (path.front() != '/' && path.front() != '@')) {
        return;
    }
    std::copy(path.begin(), path.end(), std::begin(address.sun_path));
    if (path.front() == '@') {
        address.sun_path[0] = '\0';  // abstract: a name without a file
    }
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) {
        return;
    }
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    (void)::sendto(
        socket, state.data(), state.size(), MSG_NOSIGNAL,
        reinterpret_cast<const sockaddr*>(&address), length
    );
    ::close(socket);
}

std::optional<std::int64_t> number_in(const char* variable) {
    const char* const text = std::getenv(variable);
    return text == nullptr ? std::nullopt : parse_whole_number(text);
}

std::string monotonic_usec() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::to_string(now.tv_sec * 1'000'000LL + now.tv_nsec / 1'000);
}

}  // namespace

void tell_ready(const std::string& status) {
    notify("READY=1\nSTATUS=" + status);
}

void tell_reloading() {
    notify("RELOADING=1\nMONOTONIC_USEC=" + monotonic_usec());
}

void tell_stopping() {
    notify("STOPPING=1\nSTATUS=stopping");
}

void tell_status(const std::string& status) {
    notify("STATUS=" + status);
}

void tell_alive() {
    notify("WATCHDOG=1");
}

std::optional<Duration> watchdog_period() {
    // sd_watchdog_enabled(3): meant for the process that is named, a child of it is not watched.
    const auto process = number_in("WATCHDOG_PID");
    const auto usec = number_in("WATCHDOG_USEC");
    if (!usec || *usec <= 0 || (process && *process != ::getpid())) {
        return std::nullopt;
    }
    return Duration(*usec / 2'000);
}

}  // namespace alert_bridge::app
