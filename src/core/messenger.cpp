// SPDX-License-Identifier: MIT
#include "alert_bridge/core/messenger.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

namespace alert_bridge::core {

namespace asio = boost::asio;

namespace {

constexpr int kAtOnce = 32;
constexpr Duration kStoreRetry{1'000};
constexpr Duration kLongestPause{60'000};
constexpr Duration kShortestPause{10};

std::uint64_t random_number(IdSource& ids) {
    const auto bytes = ids.random_bytes();
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data(), sizeof number);
    return number;
}

}  // namespace

Messenger::Messenger(Services services, Tasks& tasks, BacksPtr backs)
    : services_(services), tasks_(tasks), bell_(services.clock), backs_(std::move(backs)) {}

void Messenger::use(BacksPtr backs) {
    backs_ = std::move(backs);
    away_until_.clear();  // what kept a source away may have been mended
    bell_.ring();
}

void Messenger::stop() {
    stopping_ = true;
    busy_.stop();
    bell_.ring();
}

void Messenger::clock_was_set(Duration by) {
    for (auto& [source, until] : away_until_) {
        until += by;
    }
    bell_.ring();
}

asio::awaitable<void> Messenger::run() {
    while (!stopping_) {
        co_await start_sources();
        const Duration longest = co_await pause();
        if (!stopping_) {
            co_await bell_.wait(longest);
        }
    }
}

asio::awaitable<void> Messenger::start_sources() {
    const WallTime now = services_.clock.now();
    auto sources = co_await services_.store.sources_to_tell(now);
    if (!sources) {
        services_.events.log(
            ports::Level::error, "notices_unreadable",
            "cannot read what monitoring is owed, trying again",
            {{"error", describe(sources.error())}}
        );
        co_return;
    }
    for (const std::string& source : *sources) {
        const auto away = away_until_.find(source);
        const bool is_away = away != away_until_.end() && away->second > now;
        if (!is_away && !stopping_ && !busy_.with(source)) {
            away_until_[source] = now + kStoreRetry;  // should serving it end by an exception
            tasks_.spawn("messenger " + source, serve(busy_.mark(source), source));
        }
    }
}

// Until something may be due for a source that nobody serves.
asio::awaitable<Duration> Messenger::pause() {
    auto next = co_await services_.store.next_notice();
    if (!next) {
        co_return kStoreRetry;
    }
    if (!*next) {
        co_return kLongestPause;
    }
    const WallTime now = services_.clock.now();
    Duration wait = **next - now;
    if (wait <= Duration::zero()) {
        // Overdue: its source is served, whose end rings, or away.
        wait = kLongestPause;
        for (const auto& [source, until] : away_until_) {
            wait = until > now ? std::min<Duration>(wait, until - now) : wait;
        }
    }
    co_return std::clamp(wait, kShortestPause, kLongestPause);
}

asio::awaitable<void> Messenger::serve(Busy::Mark mark, std::string source) {
    bool goes_on = true;
    while (goes_on && !stopping_) {
        const auto found = backs_->find(source);
        const bool is_told = found != backs_->end() && found->second.can_be_told;
        if (!is_told) {
            co_await drop_all(source);
            break;
        }
        const Back back = found->second;
        mark.uses(back.port);
        auto due = co_await services_.store.due_notices(source, services_.clock.now(), kAtOnce);
        if (!due || due->empty()) {
            // A later word waits for an earlier one that is not due yet: no reason to spin.
            away_until_[source] =
                std::max(away_until_[source], services_.clock.now() + kStoreRetry);
            break;
        }
        for (domain::Notice& notice : *due) {
            goes_on = co_await tell(source, back, std::move(notice));
            if (!goes_on || stopping_) {
                break;
            }
        }
    }
    mark.end();
    bell_.ring();
}

asio::awaitable<bool> Messenger::tell(std::string source, Back back, domain::Notice notice) {
    const domain::Notice told = notice;
    const Result<void> result = co_await back.port->tell(std::move(notice));
    if (!result && stopping_) {
        co_return false;  // cut short by us: as if it had not been tried
    }
    const WallTime now = services_.clock.now();
    const auto next = domain::after_attempt(told, result, now, random_number(services_.ids));
    const bool settled = co_await settle(told.id, next);
    if (!settled) {
        co_return false;
    }
    const bool is_dead = next && next->state == domain::NoticeState::dead;
    const std::string outcome = !next ? "told" : is_dead ? "dead" : "later";
    services_.metrics.count(
        "notices_total", {{"action", std::string(to_string(told.action))}, {"outcome", outcome}}
    );
    if (!next) {
        away_until_.erase(source);
        co_return true;
    }
    report(source, *next, result.error());
    if (result.error().kind == ErrorClass::refused) {
        co_return true;  // this one only
    }
    away_until_[source] = is_dead ? now : next->due_at;
    co_return is_dead;
}

asio::awaitable<bool> Messenger::settle(std::int64_t id, std::optional<domain::Notice> next) {
    for (;;) {
        const auto settled = co_await services_.store.settle_notice(id, next);
        if (settled) {
            co_return true;
        }
        services_.events.log(
            ports::Level::error, "notice_not_stored",
            "cannot store that monitoring was told, trying again; after a stop it is told again",
            {{"notice", std::to_string(id)}, {"error", describe(settled.error())}}
        );
        if (stopping_) {
            co_return false;
        }
        co_await services_.clock.sleep(kStoreRetry);
    }
}

asio::awaitable<void> Messenger::drop_all(std::string source) {
    auto due = co_await services_.store.due_notices(source, services_.clock.now(), kAtOnce);
    if (!due || due->empty()) {
        away_until_[source] = services_.clock.now() + kStoreRetry;
        co_return;
    }
    for (const domain::Notice& notice : *due) {
        const auto dropped = co_await services_.store.settle_notice(notice.id, std::nullopt);
        if (!dropped) {
            away_until_[source] = services_.clock.now() + kStoreRetry;
            co_return;
        }
    }
    away_until_.erase(source);  // there may be more
    services_.events.log(
        ports::Level::warning, "notices_dropped",
        "what a source was owed is dropped: it has no way back any more",
        {{"source", source}, {"count", std::to_string(due->size())}}
    );
}

void Messenger::report(const std::string& source, const domain::Notice& told, const Error& error) {
    std::vector<ports::Field> fields{
        {"source", source},
        {"problem", told.problem_key},
        {"action", std::string(to_string(told.action))},
        {"error", describe(error)}};
    if (told.state == domain::NoticeState::dead) {
        services_.events.log(
            ports::Level::error, "notice_dead",
            "monitoring was not told of a ticket, and will not be", std::move(fields)
        );
    } else if (told.attempts == 1) {
        services_.events.log(
            ports::Level::warning, "notice_later", "monitoring could not be told, trying again",
            std::move(fields)
        );
    }
}

}  // namespace alert_bridge::core
