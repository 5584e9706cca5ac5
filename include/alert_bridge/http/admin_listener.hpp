// SPDX-License-Identifier: MIT
//
// AdminListener: serves AdminApi on a Unix socket, one request a connection.
//
// Who may connect is decided by the file: its mode and group (net/local_socket.hpp). Guarantees: at
// most kConnectionsMax at once, others get 503; a request must be complete, and its answer
// taken, within kPatience each; stop() deletes the file and ends every connection. Errors of
// start(): those of listen_local(). Requires: api and tasks outlive the run of the io_context; the
// executor is run by one thread. Thread rule: the I/O thread. Tests:
// tests/unit/http/admin_listener_test.cpp
#pragma once

#include <memory>

#include "alert_bridge/core/tasks.hpp"
#include "alert_bridge/http/admin_api.hpp"
#include "alert_bridge/net/local_socket.hpp"

namespace alert_bridge::http {

class AdminListener {
  public:
    static constexpr std::size_t kConnectionsMax = 16;
    static constexpr Duration kPatience{10'000};

    AdminListener(AdminApi& api, core::Tasks& tasks, ports::Clock& clock, ports::Events& events);
    ~AdminListener();
    AdminListener(const AdminListener&) = delete;
    AdminListener& operator=(const AdminListener&) = delete;

    [[nodiscard]] Result<void> start(const net::LocalSocketOptions& options);
    // Its coroutines end soon; they are among the tasks.
    void stop();

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace alert_bridge::http
