// SPDX-License-Identifier: MIT
//
// SessionPool: every call to GLPI goes through here. N connections, one shared API session.
//
// Guarantees: one login at a time, the calls that need it wait for it; right after it all entities
// of the profile are made active (never switched later) and the answer is checked. A call whose
// token GLPI disowned was not executed: it logs in again and repeats, once per call. Refused logins
// are not repeated before a slow back-off; outages in a row open the breaker, and then a harmless
// read finds out when GLPI is back: a write is never the probe.
// Secrets are in no error and no event.
//
// Not guaranteed: that a session is killed when the process dies.
// Thread rule: the I/O thread. Must outlive the calls it runs.
// Tests: tests/unit/glpi/client_test.cpp, tests/contract/glpi_session_test.cpp
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "alert_bridge/base/id.hpp"
#include "alert_bridge/glpi/breaker.hpp"
#include "alert_bridge/glpi/options.hpp"
#include "alert_bridge/glpi/rehearsal.hpp"
#include "alert_bridge/glpi/session_state.hpp"
#include "alert_bridge/glpi/single_flight.hpp"
#include "alert_bridge/glpi/wire.hpp"
#include "alert_bridge/net/http_client.hpp"
#include "alert_bridge/ports/runtime.hpp"

namespace alert_bridge::glpi {

struct Call {
    std::string label;  // of metrics: few and fixed
    net::Method method = net::Method::get;
    std::string path;  // below the API's address, "/Ticket/1?…", encoded
    std::string body;  // JSON
    Expect expect = Expect::object;
    Effect effect = Effect::read;
    Duration at_most{};  // 0: the client's own limits
};

// A request without a body.
[[nodiscard]] Call plain_call(std::string label, std::string path, Expect expect, Effect effect);

// "10.0.19" -> 10; 0 when it cannot be read.
[[nodiscard]] int major_of(std::string_view version) noexcept;

// What the login told about the other side.
struct Server {
    std::int64_t user_id = 0;  // ours; 0: not told
    std::string version;
    int major = 10;
};

// The seams of the adapter, held together.
struct Seams {
    ports::Clock& clock;
    IdSource& ids;
    ports::Events& events;
    ports::Metrics& metrics;
};

class SessionPool {
  public:
    static constexpr Duration kGoodbyeTime{2'000};

    SessionPool(
        boost::asio::any_io_executor executor, const Options& options,
        std::shared_ptr<net::HttpClient> http, std::string api_path, Seams seams
    );

    [[nodiscard]] boost::asio::awaitable<Result<Reply>> call(Call call);
    // A session is there (no request when it already is).
    [[nodiscard]] boost::asio::awaitable<Result<Server>> connected();

    // See glpi.hpp. Also while a login with the old ones is under way.
    void use_tokens(Secret app_token, Secret user_token);

    // See rehearsal.hpp.
    void rehearse(Rehearsal rehearsal);

    [[nodiscard]] boost::asio::awaitable<void> kill_when_idle();
    // No further calls; the session is killed, also when GLPI was away a moment ago: it may be
    // back. Waits for its answer at most kGoodbyeTime.
    [[nodiscard]] boost::asio::awaitable<void> shut_down();

    [[nodiscard]] const GlpiHealth& health() const noexcept { return health_; }
    [[nodiscard]] const Server& server() const noexcept { return server_; }
    [[nodiscard]] SessionFacts session_facts() const;

  private:
    struct Session {
        Secret token;
        std::uint64_t generation = 0;
    };
    static constexpr const char* kLoginFlight = "login";
    class ProbeGuard;
    class LoginGuard;

    // Nothing: the call goes to GLPI all the same. Requires: there is a rehearsal.
    [[nodiscard]] std::optional<Result<Reply>> rehearsed(const Call& call) const;
    boost::asio::awaitable<Result<Session>> session();
    boost::asio::awaitable<Result<Done>> probe();
    boost::asio::awaitable<Result<Done>> login();
    boost::asio::awaitable<Result<Secret>> log_in(Server& server);
    boost::asio::awaitable<Result<Secret>> first_token();
    boost::asio::awaitable<Result<Server>> furnish(Secret token);
    boost::asio::awaitable<void> kill(Secret token, Duration at_most = Duration::zero());
    boost::asio::awaitable<Result<Reply>> send(Call call, Secret token, bool by_user_token);
    [[nodiscard]] net::HttpRequest request_of(
        const Call& call, const Secret& token, bool by_user_token
    ) const;
    void note(const Call& call, const Result<Reply>& reply, double seconds);
    void refresh_health(const Error* error);
    void session_did_not_last();
    [[nodiscard]] Error away() const;
    [[nodiscard]] std::uint64_t random();

    struct Tokens {
        Secret app;
        Secret user;
        std::uint64_t generation = 0;
    };
    Tokens tokens_;
    std::shared_ptr<net::HttpClient> http_;
    std::string api_path_;
    Seams seams_;
    SessionState state_;
    Breaker breaker_;
    SingleFlight<Done> logins_;
    std::optional<Rehearsal> rehearsal_;
    Server server_;
    GlpiHealth health_;
    std::string last_outage_;
    int lost_sessions_ = 0;  // one after the other, without a call that worked between them
    bool ever_answered_ = false;
    bool stopping_ = false;
};

}  // namespace alert_bridge::glpi
