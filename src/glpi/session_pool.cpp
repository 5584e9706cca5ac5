// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/session_pool.hpp"

#include <chrono>
#include <cstring>

#include "alert_bridge/glpi/reply.hpp"

namespace alert_bridge::glpi {
namespace {

namespace asio = boost::asio;
using ports::Level;

}  // namespace

std::string_view to_string(GlpiHealth::State state) noexcept {
    switch (state) {
        case GlpiHealth::State::unknown:
            return "unknown";
        case GlpiHealth::State::up:
            return "up";
        case GlpiHealth::State::away:
            return "away";
        case GlpiHealth::State::misconfigured:
            return "misconfigured";
    }
    return "unknown";
}

// A probe that ends without an answer, cancelled for instance, leaves the breaker open.
class SessionPool::ProbeGuard {
  public:
    explicit ProbeGuard(SessionPool& pool) : pool_(pool) {}
    ~ProbeGuard() {
        if (pool_.breaker_.is_open()) {
            pool_.breaker_.failure(pool_.seams_.clock.now(), pool_.random());
        }
    }
    ProbeGuard(const ProbeGuard&) = delete;
    ProbeGuard& operator=(const ProbeGuard&) = delete;

  private:
    SessionPool& pool_;
};

SessionPool::SessionPool(
    asio::any_io_executor executor, const Options& options, std::shared_ptr<net::HttpClient> http,
    std::string api_path, Seams seams
)
    : tokens_{options.app_token, options.user_token, 0},
      http_(std::move(http)),
      api_path_(std::move(api_path)),
      seams_(seams),
      state_(SessionRules{
          options.session_life, options.idle_life,
          Backoff{options.refused_first, options.refused_longest}}),
      breaker_(options.breaker_failures, Backoff{options.breaker_first, options.breaker_longest}),
      logins_(std::move(executor)) {
    health_.since = seams_.clock.now();
}

std::uint64_t SessionPool::random() {
    const auto bytes = seams_.ids.random_bytes();
    std::uint64_t out = 0;
    std::memcpy(&out, bytes.data(), sizeof out);
    return out;
}

Error SessionPool::away() const {
    return Error{ErrorClass::later, "glpi_away", "GLPI is away: " + last_outage_};
}

void SessionPool::use_tokens(Secret app_token, Secret user_token) {
    tokens_.app = std::move(app_token);
    tokens_.user = std::move(user_token);
    ++tokens_.generation;
    state_.forgive();
}

asio::awaitable<Result<Reply>> SessionPool::call(Call call) {
    if (rehearsal_) {
        std::optional<Result<Reply>> known = rehearsed(call);
        if (known) {
            co_return std::move(*known);
        }
    }
    for (int round = 0;; ++round) {
        const Result<Session> got = co_await session();
        if (!got) {
            co_return got.error();
        }
        const std::uint64_t tokens = tokens_.generation;
        Result<Reply> reply = co_await send(call, got->token, false);
        if (reply) {
            lost_sessions_ = 0;
            co_return reply;
        }
        const Error& error = reply.error();
        if (error.kind == ErrorClass::misconfigured && tokens == tokens_.generation) {
            state_.barred(error, seams_.clock.now(), random());
            refresh_health(&error);
        }
        if (error.kind != ErrorClass::relogin) {
            co_return reply;
        }
        state_.disowned(got->generation);
        if (round > 0) {
            session_did_not_last();
            co_return reply;
        }
    }
}

asio::awaitable<Result<Server>> SessionPool::connected() {
    if (rehearsal_ && !rehearsal_->asks) {
        co_return server_;
    }
    const Result<Session> got = co_await session();
    if (!got) {
        co_return got.error();
    }
    co_return server_;
}

asio::awaitable<Result<SessionPool::Session>> SessionPool::session() {
    if (stopping_) {
        co_return Error{ErrorClass::later, "stopping", "the bridge is stopping"};
    }
    const Breaker::Answer answer = breaker_.ask(seams_.clock.now());
    if (answer == Breaker::Answer::stop) {
        co_return away();
    }
    if (answer == Breaker::Answer::probe) {
        const Result<Done> back = co_await probe();
        if (!back) {
            co_return back.error();
        }
    }
    const SessionState::Step step = state_.next(seams_.clock.now());
    if (step == SessionState::Step::refuse) {
        co_return state_.refusal();
    }
    if (step == SessionState::Step::wait) {
        auto flight = logins_.under_way(kLoginFlight);
        const Result<Done> done = co_await SingleFlight<Done>::wait(std::move(flight));
        if (!done) {
            co_return done.error();
        }
    } else if (step == SessionState::Step::login) {
        const Result<Done> done = co_await login();
        if (!done) {
            co_return done.error();
        }
    }
    Session session;
    session.token = state_.token();
    session.generation = state_.generation();
    co_return session;
}

// One harmless request by one caller; the others are turned away meanwhile.
asio::awaitable<Result<Done>> SessionPool::probe() {
    const ProbeGuard guard(*this);
    if (state_.phase() == SessionState::Phase::ready) {
        Call call = plain_call("probe", "/getActiveEntities", Expect::object, Effect::read);
        const std::uint64_t generation = state_.generation();
        const Result<Reply> reply = co_await send(std::move(call), state_.token(), false);
        if (!reply && reply.error().kind == ErrorClass::relogin) {
            state_.disowned(generation);
        }
    } else if (state_.next(seams_.clock.now()) == SessionState::Step::login) {
        const Result<Done> done = co_await login();
        if (!done) {
            co_return done.error();
        }
    } else {
        co_return away();
    }
    if (breaker_.is_open()) {
        co_return away();
    }
    co_return Done{};
}

net::HttpRequest SessionPool::request_of(const Call& call, const Secret& token, bool by_user_token)
    const {
    net::HttpRequest request;
    request.method = call.method;
    request.target = api_path_ + call.path;
    request.body = call.body;
    request.idempotent = call.effect != Effect::write;
    request.at_most = call.at_most;
    request.headers.push_back({"User-Agent", "glpi-alert-bridge/" BRIDGE_VERSION});
    request.headers.push_back({"Accept", "application/json"});
    if (!call.body.empty()) {
        // Lower case, or GLPI does not read the body.
        request.headers.push_back({"Content-Type", "application/json"});
    }
    if (!tokens_.app.empty()) {
        request.headers.push_back({"App-Token", std::string(tokens_.app.reveal())});
    }
    if (!token.empty()) {
        request.headers.push_back({"Session-Token", std::string(token.reveal())});
    }
    if (by_user_token && call.body.empty()) {
        request.headers.push_back(
            {"Authorization", "user_token " + std::string(tokens_.user.reveal())}
        );
    }
    return request;
}

asio::awaitable<Result<Reply>> SessionPool::send(Call call, Secret token, bool by_user_token) {
    const auto started = std::chrono::steady_clock::now();
    net::HttpRequest request = request_of(call, token, by_user_token);
    const net::Exchange exchange = co_await http_->exchange(std::move(request));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    if (!exchange.answered) {
        const Result<Reply> failed = classify_unanswered(exchange, call.effect);
        note(call, failed, took.count());
        co_return failed;
    }
    Result<Reply> reply = classify(exchange.response, call.expect, call.effect);
    note(call, reply, took.count());
    co_return reply;
}

// Every exchange passes here: breaker, health and metrics.
void SessionPool::note(const Call& call, const Result<Reply>& reply, double seconds) {
    std::optional<Error> error;
    if (!reply) {
        error = reply.error();
    }
    const std::string outcome(error ? to_string(error->kind) : "ok");
    seams_.metrics.count("glpi_requests_total", {{"method", call.label}, {"outcome", outcome}});
    seams_.metrics.observe("glpi_request_seconds", {{"method", call.label}}, seconds);
    if (error && is_outage(*error)) {
        last_outage_ = describe(*error);
        breaker_.failure(seams_.clock.now(), random());
    } else if (!error || (error->code != "busy" && error->code != "cancelled")) {
        breaker_.success();
        ever_answered_ = ever_answered_ || call.effect != Effect::login;
    }
    refresh_health(error ? &*error : nullptr);
}

void SessionPool::refresh_health(const Error* error) {
    using State = GlpiHealth::State;
    const bool outage = error != nullptr && is_outage(*error);
    State state = health_.state;
    if (state_.phase() == SessionState::Phase::refused) {
        state = State::misconfigured;
    } else if (breaker_.is_open() || (outage && !ever_answered_)) {
        state = State::away;
    } else if (error == nullptr && state_.phase() == SessionState::Phase::ready) {
        state = State::up;
    }
    health_.breaker_open = breaker_.is_open();
    seams_.metrics.gauge("glpi_breaker_open", {}, health_.breaker_open ? 1 : 0);
    seams_.metrics.gauge("glpi_connections", {}, static_cast<double>(http_->open_connections()));
    if (error != nullptr && (outage || error->kind == ErrorClass::misconfigured)) {
        health_.last_error = describe(*error);
    } else if (state == State::up) {
        health_.last_error.clear();
    }
    if (state == health_.state) {
        return;
    }
    health_.state = state;
    health_.since = seams_.clock.now();
    seams_.metrics.gauge("glpi_up", {}, state == State::up ? 1 : 0);
    if (state == State::up) {
        seams_.events.log(Level::info, "glpi_up", "GLPI answers");
    } else if (state == State::away) {
        seams_.events.log(
            Level::warning, "glpi_away", "GLPI does not answer; alerts are kept",
            {{"error", health_.last_error}}
        );
    } else {
        seams_.events.log(
            Level::error, "glpi_misconfigured", "GLPI refuses us; alerts are kept, please mend it",
            {{"error", health_.last_error}}
        );
    }
}

// GLPI answers, also to a login, so by counting outages the breaker would never open, and every
// owed write would log in anew, for ever.
void SessionPool::session_did_not_last() {
    const Error lost{ErrorClass::later, "session_lost", "GLPI forgets sessions at once"};
    lost_sessions_ += breaker_.is_open() ? 0 : 1;
    breaker_.trip(seams_.clock.now(), random(), lost_sessions_);
    last_outage_ = describe(lost);
    refresh_health(&lost);
}

SessionFacts SessionPool::session_facts() const {
    SessionFacts facts;
    facts.state = to_string(state_.phase());
    if (state_.phase() == SessionState::Phase::ready) {
        facts.opened_at = state_.opened_at();
        facts.last_use = state_.last_use();
        facts.renew_at = state_.renew_at();
    }
    facts.logins = state_.generation();
    facts.connections = http_->open_connections();
    return facts;
}

asio::awaitable<void> SessionPool::kill_when_idle() {
    if (!state_.is_idle(seams_.clock.now())) {
        co_return;
    }
    std::optional<Secret> token = state_.surrender();
    if (token) {
        co_await kill(std::move(*token));
        http_->close_idle();
        seams_.events.log(Level::debug, "glpi_idle", "the unused GLPI session was closed");
    }
}

asio::awaitable<void> SessionPool::shut_down() {
    stopping_ = true;
    std::optional<Secret> token = state_.surrender();
    if (token) {
        co_await kill(std::move(*token), kGoodbyeTime);
    }
    http_->close_idle();
}

}  // namespace alert_bridge::glpi
