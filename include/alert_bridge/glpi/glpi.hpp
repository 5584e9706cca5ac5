// SPDX-License-Identifier: MIT
//
// The GLPI adapter as app/wiring sees it: one object that gives the ports and its health.
//
//   auto client = glpi::make_client(executor, options, store, clock, ids, events, metrics);
//   co_await (*client)->start();      // logs in, so that mistakes show at once; never fails
//   … (*client)->desk(), (*client)->directory() …
//   co_await (*client)->shut_down();  // kills the session, in 2 s or not at all;
//                                     // calls from now on fail with `later`
//
// Guarantees: an unused session is killed after idle_life. The references given to make_client must
// outlive the client, and the client must outlive the calls it runs.
// Thread rule: the I/O thread. Tests: tests/unit/glpi/client_test.cpp
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/base/id.hpp"
#include "alert_bridge/glpi/options.hpp"
#include "alert_bridge/glpi/rehearsal.hpp"
#include "alert_bridge/ports/asset_directory.hpp"
#include "alert_bridge/ports/planned_changes.hpp"
#include "alert_bridge/ports/runtime.hpp"
#include "alert_bridge/ports/service_desk.hpp"
#include "alert_bridge/ports/store.hpp"
#include "alert_bridge/ports/ticket_news.hpp"

namespace alert_bridge::glpi {

class Client {
  public:
    virtual ~Client() = default;
    [[nodiscard]] virtual ports::ServiceDesk& desk() noexcept = 0;
    [[nodiscard]] virtual ports::AssetDirectory& directory() noexcept = 0;
    [[nodiscard]] virtual ports::TicketNews& news() noexcept = 0;
    [[nodiscard]] virtual ports::PlannedChanges& changes() noexcept = 0;
    // Of the bridge's own GLPI user; 0 before the first login.
    [[nodiscard]] virtual std::int64_t own_user_id() const noexcept = 0;
    [[nodiscard]] virtual const GlpiHealth& health() const noexcept = 0;
    [[nodiscard]] virtual SessionFacts session() const = 0;

    // For the logins from now on (and, the app token, all requests); the running session stays. A
    // login that GLPI refused is tried at once by the next call or check().
    virtual void use_tokens(Secret app_token, Secret user_token) = 0;

    // From now on nothing that writes is sent: see rehearsal.hpp.
    virtual void rehearse(Rehearsal rehearsal) = 0;

    [[nodiscard]] virtual boost::asio::awaitable<void> start() = 0;
    // Logs in or probes, when that is due; true when GLPI can be used. No request while all is
    // well, while the breaker waits, or before a refused login may be repeated.
    [[nodiscard]] virtual boost::asio::awaitable<bool> check() = 0;
    [[nodiscard]] virtual boost::asio::awaitable<void> shut_down() = 0;
};

// Errors: misconfigured, for a wrong url, unreadable certificates or an item type that is no name.
[[nodiscard]] Result<std::unique_ptr<Client>> make_client(
    boost::asio::any_io_executor executor, Options options, ports::Store& store,
    ports::Clock& clock, IdSource& ids, ports::Events& events, ports::Metrics& metrics
);

}  // namespace alert_bridge::glpi
