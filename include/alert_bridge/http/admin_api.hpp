// SPDX-License-Identifier: MIT
//
// AdminApi: the operator's commands as requests: POST /WHAT/ACTION with a JSON object, answered
// with a JSON object.
//
//   /dead/list /outbox/list   {"after", "limit"}            -> {"rows", "next"}
//   /incidents/list           {"after", "limit", "ended"}   -> {"rows", "next"}
//   /storms/list              {"after", "limit", "ended"}   -> {"rows", "next"}
//   /sessions/list            {}                            -> {"rows"}
//   /status/show              {}                            -> {"row"}
//   /quarantine/list          {"after", "limit"}            -> {"rows", "next"}
//   /unmatched/list           {"after", "limit"}            -> {"rows", "next"}
//   /WHAT/show                {"id"}                        -> {"row"}
//   /explain/known            {"problem_key", "episode", "group_key", "place", "budgets"}
//                                                           -> {"known"}: ports/snapshot_store.hpp
//   /explain/alert            {"id"}                        -> {"alert"}
//   /explain/alerts           {"after", "since", "limit"}   -> {"alerts": [[number, alert], …]}
//   /dead/retry …/discard /quarantine/retry …/discard
//                             {"id", "reason"}              -> {"result"}; 409 when refused
//
// Any of them may hold "by": who asks, in the client's words; it is logged beside what the system
// says. `next` goes into `after` of the next request; without it that was the last page. Errors:
// {"error"} with 400, 404, 409 or 503. Times are RFC 3339 in UTC. Texts come as they are stored:
// whoever shows them must take care of control characters.
// Guarantees: a page holds at most kRowsMax rows. Thread rule: the I/O
// thread. Tests: tests/unit/http/admin_api_test.cpp
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/core/operator_desk.hpp"
#include "alert_bridge/http/endpoints.hpp"
#include "alert_bridge/http/message.hpp"
#include "alert_bridge/ports/snapshot_store.hpp"

namespace alert_bridge::http {

class AdminApi {
  public:
    static constexpr int kRowsMax = 50;

    // A connection of the bridge to another server, as `sessions` shows it.
    struct Session {
        std::string server;  // its address as people open it
        std::string health;  // up, away, misconfigured, unknown
        bool breaker_open = false;
        std::string version;
        std::int64_t user_id = 0;
        std::string state;
        std::optional<WallTime> opened_at, last_use, renew_at;
        std::uint64_t logins = 0;
        std::size_t connections = 0;
        std::string last_error;
    };

    // The bridge as a whole, as `status` shows it.
    struct Status {
        std::string version;
        WallTime started_at{};
        Readiness readiness;
        ports::StoreFigures figures;
        Duration oldest_due{};  // how long the oldest owed write has been owed
    };

    struct Services {
        core::OperatorDesk& desk;
        ports::OperatorStore& seat;
        std::function<std::string(std::int64_t)> ticket_url;
        ports::SnapshotStore* snapshots = nullptr;            // null: /explain/… is not there
        std::function<std::vector<Session>()> sessions = {};  // empty: there are none
        std::function<Status()> status = {};
    };

    explicit AdminApi(Services services) : services_(std::move(services)) {}

    // `who` asks, for the log.
    [[nodiscard]] boost::asio::awaitable<Response> handle(Request request, std::string who);

  private:
    struct Ask;
    using Answer = boost::asio::awaitable<Response>;

    [[nodiscard]] Answer list_operations(Ask ask, std::vector<domain::OperationState> states);
    [[nodiscard]] Answer list_incidents(Ask ask);
    [[nodiscard]] Answer list_storms(Ask ask);
    [[nodiscard]] Response list_sessions() const;
    [[nodiscard]] Response show_status() const;
    [[nodiscard]] Answer list_quarantine(Ask ask);
    [[nodiscard]] Answer list_unmatched(Ask ask);
    [[nodiscard]] Answer show_operation(Ask ask);
    [[nodiscard]] Answer show_incident(Ask ask);
    [[nodiscard]] Answer show_quarantined(Ask ask);
    [[nodiscard]] Answer known(Ask ask);
    [[nodiscard]] Answer alert(Ask ask);
    [[nodiscard]] Answer alerts(Ask ask);
    [[nodiscard]] Answer command(Ask ask);

    Services services_;
};

}  // namespace alert_bridge::http
