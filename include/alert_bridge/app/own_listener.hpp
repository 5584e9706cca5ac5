// SPDX-License-Identifier: MIT
//
// The daemon's own port, asked from the same machine; for `health` and `doctor`.
//
// Thread rule: the main thread's context. Tests: tests/system/system_test.py, doctor_test.py
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/config/model.hpp"
#include "alert_bridge/net/http_client.hpp"

namespace alert_bridge::app {

// "http://127.0.0.1:8480": where this machine reaches what listens there.
[[nodiscard]] std::string own_address(const config::ListenConfig& listen);
// Bound by 5 s. Errors: misconfigured, for an address that is none.
[[nodiscard]] Result<std::shared_ptr<net::HttpClient>> own_client(
    const boost::asio::any_io_executor& executor, const config::ListenConfig& listen
);
[[nodiscard]] boost::asio::awaitable<net::Exchange> ask_healthz(
    std::shared_ptr<net::HttpClient> client
);
// With client_ca the bridge asks for a certificate, which these commands have not: that it asks
// shows that it is there, which is all that /healthz tells.
[[nodiscard]] bool demands_certificate(const config::ListenConfig& listen) noexcept;
[[nodiscard]] bool is_well(const net::Exchange& exchange, bool demands_certificate) noexcept;

}  // namespace alert_bridge::app
