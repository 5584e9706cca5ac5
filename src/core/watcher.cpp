// SPDX-License-Identifier: MIT
#include "alert_bridge/core/watcher.hpp"

#include <algorithm>
#include <utility>

#include "alert_bridge/base/number.hpp"

namespace alert_bridge::core {

namespace asio = boost::asio;

namespace {

constexpr auto kPage = static_cast<int>(ports::TicketNews::kIdsMax);
constexpr Duration kOverlap{120'000};
// After a longer stop the sweep alone tells: it asks for all of them anyway.
constexpr Duration kLongestWindow{24 * 3'600'000};
constexpr Duration kRingPause{500};  // several rings of one change are answered by one look
constexpr Duration kAwayPause{1'000};
constexpr int kRingTries = 3;
constexpr const char* kHeardUntil = "glpi.heard_until";

}  // namespace

bool needs_look(
    const ports::WatchedTicket& ticket, const std::optional<ports::TicketState>& state
) {
    if (!state) {
        return true;
    }
    const domain::TicketMemory& seen = ticket.memory;
    if (seen.mark.empty()) {
        return true;  // whoever changed it last: a person may have taken it before the bridge wrote
    }
    const bool by_others = !state->changed_by_us && state->changed != seen.changed;
    return state->mark != seen.mark || by_others;
}

Watcher::Watcher(Services services, Duration every)
    : services_(services), every_(every), bell_(services.clock) {}

void Watcher::stop() {
    stopping_ = true;
    bell_.ring();
}

void Watcher::ring(std::int64_t ticket_id) {
    if (rings_.size() < kRingsMax) {
        rings_.emplace(ticket_id, 0);
        bell_.ring();
    }
}

void Watcher::clock_was_set(Duration by) {
    next_round_ += by;
    if (heard_until_) {
        *heard_until_ += by;
    }
    unreadable_.clock_was_set(by);
    bell_.ring();
}

asio::awaitable<void> Watcher::run() {
    constexpr Duration kNever{3'600'000};
    while (!stopping_) {
        Duration pause = every_ > Duration::zero() ? next_round_ - services_.clock.now() : kNever;
        if (!may_ask()) {
            pause = kAwayPause;
        } else if (!rings_.empty()) {
            co_await services_.clock.sleep(kRingPause);
            const bool answered = co_await answer_rings();
            pause = answered ? Duration::zero() : kAwayPause;
        } else if (pause <= Duration::zero()) {
            next_round_ = services_.clock.now() + every_;
            const bool answered = co_await round();
            services_.metrics.count(
                "watch_rounds_total", {{"result", answered ? "done" : "failed"}}
            );
            pause = next_round_ - services_.clock.now();
        }
        if (pause > Duration::zero()) {
            co_await bell_.wait(pause);
        }
    }
}

asio::awaitable<bool> Watcher::round() {
    std::string after = swept_to_;
    auto page = co_await services_.watched.watched(std::move(after), kPage);
    if (page && page->empty() && !swept_to_.empty()) {
        swept_to_.clear();
        page = co_await services_.watched.watched(std::string(), kPage);
    }
    if (!page) {
        co_return false;
    }
    if (page->empty()) {
        services_.metrics.gauge("watched_tickets", {}, 0);
        co_return true;
    }
    first_looks_left_ = kFirstLooksBesideWrites;
    const bool heard = co_await hear_changes();
    if (!heard) {
        co_return false;
    }
    first_looks_left_ = kFirstLooksBesideWrites;
    // Read again: what was looked at just now need not be looked at twice.
    after = swept_to_;
    page = co_await services_.watched.watched(std::move(after), kPage);
    if (!page) {
        co_return false;
    }
    co_return co_await sweep(std::move(*page));
}

asio::awaitable<bool> Watcher::hear_changes() {
    const WallTime began = services_.clock.now();
    if (!heard_until_) {
        auto stored = co_await services_.store.fact(kHeardUntil);
        if (!stored) {
            co_return false;
        }
        const auto ms = *stored ? parse_whole_number(**stored) : std::nullopt;
        heard_until_ = from_unix_ms(ms.value_or(0));
    }
    const Duration window = std::max(began - *heard_until_, Duration::zero()) + kOverlap;
    if (window <= kLongestWindow) {
        auto changed = co_await services_.news.changed_within(window);
        if (!changed) {
            co_return false;
        }
        const bool examined = co_await examine_all(std::move(*changed));
        if (!examined) {
            co_return false;
        }
    }
    co_await remember_changes_until(began);
    co_return true;
}

asio::awaitable<void> Watcher::remember_changes_until(WallTime time) {
    heard_until_ = time;
    // Not stored: the next start hears some of them again, and knows them.
    auto stored = co_await services_.store.set_fact(kHeardUntil, std::to_string(to_unix_ms(time)));
    static_cast<void>(stored);
}

asio::awaitable<bool> Watcher::sweep(Tickets page) {
    const bool from_start = swept_to_.empty();
    std::size_t seen = 0;
    for (int pages = 1;; ++pages) {
        seen += page.size();
        const bool is_last = static_cast<int>(page.size()) < kPage;
        std::string end = is_last ? std::string() : page.back().incident_id;
        const bool examined = co_await examine(std::move(page));
        if (!examined) {
            co_return false;
        }
        swept_to_ = std::move(end);
        if (is_last && from_start) {
            services_.metrics.gauge("watched_tickets", {}, static_cast<double>(seen));
        }
        if (is_last || pages == kPagesPerRound) {
            co_return true;
        }
        std::string after = swept_to_;
        auto next = co_await services_.watched.watched(std::move(after), kPage);
        if (!next) {
            co_return false;
        }
        page = std::move(*next);
        if (page.empty()) {
            swept_to_.clear();
            co_return true;
        }
    }
}

asio::awaitable<bool> Watcher::answer_rings() {
    first_looks_left_ = static_cast<int>(kRingsMax);  // each is told of for a reason
    const std::map<std::int64_t, int> rung = std::exchange(rings_, {});
    std::vector<std::int64_t> ids;
    for (const auto& [id, tries] : rung) {
        ids.push_back(id);
    }
    const bool answered = co_await examine_all(std::move(ids));
    const int failed = goes_on() ? 1 : 0;  // while GLPI is away it is not their fault
    for (const auto& [id, tries] : rung) {
        if (!answered && tries + failed < kRingTries) {
            rings_.emplace(id, tries + failed);
        }
    }
    co_return answered;
}

asio::awaitable<bool> Watcher::examine_all(std::vector<std::int64_t> ticket_ids) {
    if (ticket_ids.empty()) {
        co_return true;
    }
    auto tickets = co_await services_.watched.watched_of(std::move(ticket_ids));
    if (!tickets) {
        co_return false;
    }
    for (std::size_t first = 0; first < tickets->size(); first += kPage) {
        const auto begin = tickets->begin() + static_cast<std::ptrdiff_t>(first);
        const auto left = static_cast<std::size_t>(tickets->end() - begin);
        const auto count = static_cast<std::ptrdiff_t>(std::min<std::size_t>(left, kPage));
        Tickets page(begin, begin + count);
        const bool examined = co_await examine(std::move(page));
        if (!examined) {
            co_return false;
        }
    }
    co_return true;
}

asio::awaitable<bool> Watcher::examine(Tickets tickets) {
    std::vector<std::int64_t> ids;
    for (const ports::WatchedTicket& ticket : tickets) {
        ids.push_back(ticket.ticket_id);
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    if (ids.empty()) {
        co_return true;
    }
    auto states = co_await services_.news.states(std::move(ids));
    if (!states) {
        co_return false;
    }
    std::map<std::int64_t, ports::TicketState> by_id;
    for (ports::TicketState& state : *states) {
        by_id[state.id] = std::move(state);
    }
    for (ports::WatchedTicket& ticket : tickets) {
        std::optional<ports::TicketState> state;
        if (const auto found = by_id.find(ticket.ticket_id); found != by_id.end()) {
            state = found->second;
        }
        const bool is_due = needs_look(ticket, state) &&
                            !unreadable_.is_left_alone(ticket.ticket_id, services_.clock.now());
        if (!is_due || leaves_to_later(ticket, state)) {
            continue;
        }
        if (!goes_on()) {
            co_return false;
        }
        const bool looked = co_await look(std::move(ticket), std::move(state));
        if (!looked) {
            co_return false;
        }
    }
    co_return true;
}

// Nothing is lost by it: the ticket needs its look until it was looked at.
bool Watcher::leaves_to_later(
    const ports::WatchedTicket& ticket, const std::optional<ports::TicketState>& state
) {
    const bool is_own_news = ticket.memory.mark.empty() && state && state->changed_by_us;
    return is_own_news && writes_wait() && first_looks_left_-- <= 0;
}

asio::awaitable<bool> Watcher::look(
    ports::WatchedTicket ticket, std::optional<ports::TicketState> state
) {
    domain::TicketEvent event;
    event.asked_at = services_.clock.now();
    auto view = co_await services_.desk.view(ticket.ticket_id, ports::TicketDetail::people);
    if (!view) {
        co_return cannot_be_read(ticket, view.error());
    }
    auto target = co_await merge_target(ticket, *view);
    if (!target) {
        co_return cannot_be_read(ticket, target.error());
    }
    unreadable_.is_well(ticket.ticket_id);
    event.merged_into = *target;
    if (state) {
        event.mark = std::move(state->mark);
        event.changed = std::move(state->changed);
    }
    if (const domain::EntityTree* const tree = services_.assets.known_entities()) {
        const domain::Entity* const entity = tree->by_id(view->entity_id);
        event.entity_name = entity == nullptr ? std::string() : entity->complete_name;
    }
    event.ticket = std::move(*view);
    co_return co_await hear(std::move(ticket), std::move(event));
}

// 0: it was not merged, or into something that is gone as well.
asio::awaitable<Result<std::int64_t>> Watcher::merge_target(
    const ports::WatchedTicket& ticket, const domain::TicketView& view
) {
    if (!view.exists || !(view.deleted || view.linked_by_person)) {
        co_return 0;
    }
    auto target =
        co_await services_.news.merged_into(ticket.ticket_id, ticket.previous_ticket, view.deleted);
    if (!target || *target == 0) {
        co_return target;
    }
    auto seen = co_await services_.desk.view(*target, ports::TicketDetail::plain);
    if (!seen) {
        co_return seen.error();
    }
    co_return seen->exists && !seen->deleted ? *target : 0;
}

bool Watcher::cannot_be_read(const ports::WatchedTicket& ticket, const Error& error) {
    const bool is_refused = error.kind == ErrorClass::refused;
    const auto verdict = unreadable_.failed(ticket.ticket_id, is_refused, services_.clock.now());
    if (verdict != Unreadable::Verdict::to_tell) {
        return verdict == Unreadable::Verdict::told;
    }
    services_.events.log(
        ports::Level::warning, "ticket_unreadable",
        "GLPI does not show a ticket; what people do to it is not heard",
        {{"ticket", std::to_string(ticket.ticket_id)},
         {"incident", ticket.incident_id},
         {"error", describe(error)}}
    );
    return true;
}

asio::awaitable<bool> Watcher::hear(ports::WatchedTicket ticket, domain::TicketEvent event) {
    const std::shared_ptr<const Policies> policies = services_.policies.current();
    ports::Subject subject;
    subject.seen_incident = ticket.incident_id;
    ports::DecideFunction function = [policies, ids = &services_.ids, event = std::move(event),
                                      now = services_.clock.now()](const domain::Snapshot& known) {
        return domain::decide(policies->context(*ids), known, event, now);
    };
    auto decision = co_await services_.store.decide(std::move(subject), std::move(function));
    if (!decision) {
        services_.events.log(
            ports::Level::error, "ticket_news_not_stored",
            "cannot store what people did to a ticket, trying again",
            {{"incident", ticket.incident_id}, {"error", describe(decision.error())}}
        );
        co_return false;
    }
    report(ticket, *decision);
    co_return true;
}

void Watcher::report(const ports::WatchedTicket& ticket, const domain::Decision& decision) {
    if (!decision.heard.empty()) {
        services_.metrics.count("ticket_news_total", {{"what", std::string(decision.heard)}});
        services_.events.log(
            ports::Level::info, "ticket_news", decision.reason,
            {{"ticket", std::to_string(ticket.ticket_id)}, {"incident", ticket.incident_id}}
        );
    }
    const bool changed = !decision.operations.empty() || !decision.set_timers.empty();
    if (changed && on_decided) {
        on_decided();
    }
}

}  // namespace alert_bridge::core
