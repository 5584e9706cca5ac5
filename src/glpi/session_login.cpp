// SPDX-License-Identifier: MIT
// SessionPool: how a session comes to be and ends.
#include <charconv>

#include "alert_bridge/glpi/reply.hpp"
#include "alert_bridge/glpi/session_pool.hpp"

namespace alert_bridge::glpi {
namespace {

namespace asio = boost::asio;
using ports::Level;

}  // namespace

int major_of(std::string_view version) noexcept {
    int major = 0;
    std::from_chars(version.data(), version.data() + version.size(), major);
    return major;
}

Call plain_call(std::string label, std::string path, Expect expect, Effect effect) {
    Call call;
    call.label = std::move(label);
    call.path = std::move(path);
    call.expect = expect;
    call.effect = effect;
    return call;
}

// A login that is cancelled must not leave everybody waiting. Once its outcome is told, the next
// login may be somebody else's.
class SessionPool::LoginGuard {
  public:
    explicit LoginGuard(SessionPool& pool) : pool_(pool) {}
    ~LoginGuard() {
        if (armed_) {
            const Error cancelled{ErrorClass::later, "cancelled", "the login was given up"};
            pool_.state_.login_failed(cancelled, pool_.seams_.clock.now(), 0);
        }
    }
    LoginGuard(const LoginGuard&) = delete;
    LoginGuard& operator=(const LoginGuard&) = delete;
    void outcome_told() noexcept { armed_ = false; }

  private:
    SessionPool& pool_;
    bool armed_ = true;
};

// Requires: state_.next() said login.
asio::awaitable<Result<Done>> SessionPool::login() {
    LoginGuard guard(*this);
    auto landing = logins_.lead(kLoginFlight);
    Server server;
    const std::uint64_t tokens = tokens_.generation;
    Result<Secret> token = co_await log_in(server);
    const WallTime now = seams_.clock.now();
    if (!token) {
        const Error error = token.error();
        state_.login_failed(error, now, random());
        if (tokens != tokens_.generation) {
            state_.forgive();  // it says nothing about the tokens that came meanwhile
        }
        guard.outcome_told();
        seams_.metrics.count("glpi_logins_total", {{"result", std::string(to_string(error.kind))}});
        if (error.code == "session_lost") {
            session_did_not_last();
        } else {
            refresh_health(&error);
        }
        landing->land(error);
        co_return error;
    }
    state_.established(std::move(*token), now, random());
    guard.outcome_told();
    server_ = server;
    health_.version = server.version;
    seams_.events.log(
        Level::info, "glpi_login", "logged in to GLPI",
        {{"version", server.version}, {"user_id", std::to_string(server.user_id)}}
    );
    seams_.metrics.count("glpi_logins_total", {{"result", "ok"}});
    refresh_health(nullptr);
    landing->land(Done{});
    landing.reset();
    std::optional<Secret> replaced = state_.take_replaced();
    if (replaced) {
        co_await kill(std::move(*replaced));
    }
    co_return Done{};
}

asio::awaitable<Result<Secret>> SessionPool::log_in(Server& server) {
    Result<Secret> token = co_await first_token();
    if (!token) {
        co_return token;
    }
    const Result<Server> furnished = co_await furnish(*token);
    if (furnished) {
        server = *furnished;
        co_return token;
    }
    if (furnished.error().kind == ErrorClass::relogin) {
        co_return Error{ErrorClass::later, "session_lost", "GLPI forgets sessions at once"};
    }
    co_await kill(*token);
    co_return furnished.error();
}

asio::awaitable<Result<Secret>> SessionPool::first_token() {
    Call call = plain_call("initSession", "/initSession", Expect::session, Effect::login);
    const Secret none;
    Result<Reply> reply = co_await send(call, none, true);
    // Some web servers drop the Authorization header; the body is never dropped.
    if (!reply && reply.error().code == "ERROR_LOGIN_PARAMETERS_MISSING") {
        nlohmann::json body;
        body["user_token"] = std::string(tokens_.user.reveal());
        call.method = net::Method::post;
        call.body = dump(body);
        reply = co_await send(call, none, true);
    }
    if (!reply) {
        co_return reply.error();
    }
    co_return Secret(text_in(reply->body, "session_token"));
}

// All entities active, then who we are and which GLPI this is.
asio::awaitable<Result<Server>> SessionPool::furnish(Secret token) {
    Call call =
        plain_call("changeActiveEntities", "/changeActiveEntities", Expect::boolean, Effect::login);
    call.method = net::Method::post;
    call.body = R"({"is_recursive":true})";
    const Result<Reply> entities = co_await send(std::move(call), token, false);
    if (!entities) {
        co_return entities.error();
    }
    if (!entities->body.get<bool>()) {
        co_return Error{
            ErrorClass::misconfigured, "entities_refused",
            "GLPI does not let the user see its entities"};
    }
    Server server;
    Call who = plain_call("getFullSession", "/getFullSession", Expect::object, Effect::read);
    const Result<Reply> session = co_await send(std::move(who), token, false);
    if (session && has(session->body, "session")) {
        server.user_id = number_in(session->body.at("session"), "glpiID");
    } else if (!session && session.error().kind != ErrorClass::refused) {
        co_return session.error();
    }
    Call what = plain_call("getGlpiConfig", "/getGlpiConfig", Expect::object, Effect::read);
    const Result<Reply> config = co_await send(std::move(what), token, false);
    if (config && has(config->body, "cfg_glpi")) {
        server.version = text_in(config->body.at("cfg_glpi"), "version");
        const int major = major_of(server.version);
        server.major = major > 0 ? major : server.major;
    } else if (!config && config.error().kind != ErrorClass::refused) {
        co_return config.error();
    }
    co_return server;
}

asio::awaitable<void> SessionPool::kill(Secret token, Duration at_most) {
    Call call = plain_call("killSession", "/killSession", Expect::boolean, Effect::read);
    call.at_most = at_most;
    // Best effort: GLPI forgets unused sessions by itself.
    const Result<Reply> ignored = co_await send(std::move(call), std::move(token), false);
    static_cast<void>(ignored);
}

}  // namespace alert_bridge::glpi
