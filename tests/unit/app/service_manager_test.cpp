// SPDX-License-Identifier: MIT
#include "alert_bridge/app/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <string>

#include "catch.hpp"

using namespace alert_bridge;
using std::string;

namespace {

// What the service manager listens on; the name is abstract, so that nothing is left behind.
class Manager {
  public:
    Manager() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
        const string name = "bridge-notify-" + std::to_string(::getpid());
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        name.copy(address.sun_path + 1, name.size());
        const auto length =
            static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
        REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), length) == 0);
        ::setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
    }
    ~Manager() {
        ::unsetenv("NOTIFY_SOCKET");
        ::close(socket_);
    }
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;

    // Empty: nothing was told.
    [[nodiscard]] string heard() const {
        std::array<char, 1024> text{};
        const ssize_t size = ::recv(socket_, text.data(), text.size(), 0);
        return size < 0 ? string() : string(text.data(), static_cast<std::size_t>(size));
    }

  private:
    int socket_;
};

}  // namespace

TEST_CASE("the service manager hears what it is told") {
    const Manager manager;
    app::tell_ready("listening on 127.0.0.1:8095");
    CHECK(manager.heard() == "READY=1\nSTATUS=listening on 127.0.0.1:8095");
    app::tell_reloading();
    CHECK_THAT(manager.heard(), Catch::Matchers::StartsWith("RELOADING=1\nMONOTONIC_USEC="));
    app::tell_alive();
    CHECK(manager.heard() == "WATCHDOG=1");
    app::tell_stopping();
    CHECK(manager.heard() == "STOPPING=1\nSTATUS=stopping");
}

TEST_CASE("without a service manager, or with an address that is none, nothing happens") {
    const Manager manager;
    for (const string& address : {string(), string("@"), string("vsock:2:1"), string(200, '/')}) {
        ::setenv("NOTIFY_SOCKET", address.c_str(), 1);
        app::tell_alive();
    }
    ::unsetenv("NOTIFY_SOCKET");
    app::tell_alive();
    CHECK(manager.heard().empty());
}

TEST_CASE("the watchdog is fed twice in its time, and only by the process that is named") {
    const auto period = [](const char* usec, const string& process) {
        ::setenv("WATCHDOG_USEC", usec, 1);
        ::setenv("WATCHDOG_PID", process.c_str(), 1);
        return app::watchdog_period();
    };
    const string own = std::to_string(::getpid());
    CHECK(period("30000000", own) == Duration(15'000));
    CHECK_FALSE(period("30000000", "1").has_value());
    for (const char* usec : {"", "0", "-1", "soon", "99999999999999999999"}) {
        CHECK_FALSE(period(usec, own).has_value());
    }
    ::unsetenv("WATCHDOG_PID");
    CHECK(app::watchdog_period() == std::nullopt);
    ::setenv("WATCHDOG_USEC", "2000000", 1);
    CHECK(app::watchdog_period() == Duration(1'000));
    ::unsetenv("WATCHDOG_USEC");
    CHECK_FALSE(app::watchdog_period().has_value());
}
