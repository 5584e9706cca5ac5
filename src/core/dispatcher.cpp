// SPDX-License-Identifier: MIT
#include "alert_bridge/core/dispatcher.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "alert_bridge/base/test_point.hpp"

namespace alert_bridge::core {

namespace asio = boost::asio;
using domain::Operation;
using domain::OperationResult;
using domain::OperationState;
using What = OperationResult::What;

namespace {

// Longer than a look-up can take, a new login and several requests at their time-outs included. A
// shorter one would hand the row out again and again while GLPI is slow, and settle it never.
constexpr Duration kLookupLease{300'000};
constexpr Duration kStoreRetry{1000};
constexpr Duration kLongestPause{60'000};
constexpr Duration kAwayPause{500};

std::uint64_t random_number(IdSource& ids) {
    const auto bytes = ids.random_bytes();
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data(), sizeof number);
    return number;
}

std::string_view outcome_name(const OperationResult& result) {
    switch (result.what) {
        case What::done:
            return "done";
        case What::skipped:
            return "skipped";
        case What::ticket_gone:
            return "ticket_gone";
        case What::ticket_closed:
            return "ticket_closed";
        case What::failed:
            return to_string(result.error.kind);
        case What::not_found:
            return "not_found";
    }
    return "unknown";
}

}  // namespace

Dispatcher::Dispatcher(Services services, Tasks& tasks, int window)
    : services_(services), tasks_(tasks), bell_(services.clock), window_(window) {
    may_send = [this] { return window_; };
}

void Dispatcher::stop() {
    stopping_ = true;
    bell_.ring();
}

asio::awaitable<void> Dispatcher::run() {
    while (!stopping_) {
        const int room = std::min(window_, may_send()) - in_flight_;
        if (room <= 0) {
            // Either the window is full (a finished operation rings) or GLPI is away.
            const Duration longest = in_flight_ > 0 ? kLongestPause : kAwayPause;
            co_await bell_.wait(longest);
            continue;
        }
        auto claimed = co_await services_.store.claim(services_.clock.now(), room, kLookupLease);
        if (!claimed) {
            services_.events.log(
                ports::Level::error, "claim_failed", "cannot claim owed writes, trying again",
                {{"error", describe(claimed.error())}}
            );
            co_await services_.clock.sleep(kStoreRetry);
            continue;
        }
        for (ports::Claimed& one : *claimed) {
            ++in_flight_;
            tasks_.spawn("delivery", work(std::move(one)));
        }
        writes_wait_ = static_cast<int>(claimed->size()) >= room;
        if (!writes_wait_) {
            const Duration longest = co_await pause();
            co_await bell_.wait(longest);
        }
    }
}

asio::awaitable<Duration> Dispatcher::pause() {
    auto next = co_await services_.store.next_due();
    if (!next || !*next) {
        co_return kLongestPause;
    }
    const Duration until = **next - services_.clock.now();
    co_return std::clamp(until, Duration(10), kLongestPause);
}

asio::awaitable<void> Dispatcher::work(ports::Claimed claimed) {
    const WallTime started = services_.clock.now();
    OperationResult result;
    if (claimed.operation.state == OperationState::uncertain) {
        test_point("before_look_up");
        result = co_await services_.reconciler.look_up(claimed);
        test_point("after_look_up");
    } else {
        test_point("before_send");
        result = co_await services_.delivery.carry_out(claimed);
        test_point("after_send");
    }
    const std::chrono::duration<double> took = services_.clock.now() - started;
    services_.metrics.observe(
        "delivery_seconds", {{"kind", std::string(to_string(claimed.operation.kind))}}, took.count()
    );
    co_await settle(std::move(claimed), std::move(result));
    --in_flight_;
    bell_.ring();
}

asio::awaitable<void> Dispatcher::settle(ports::Claimed claimed, OperationResult result) {
    const std::shared_ptr<const Policies> policies = services_.policies.current();
    for (;;) {
        ports::Subject subject;
        subject.operation_id = claimed.operation.id;
        domain::ResultEvent event{claimed.operation, result, random_number(services_.ids)};
        ports::DecideFunction function = [policies, ids = &services_.ids, event = std::move(event),
                                          now = services_.clock.now()](const domain::Snapshot& known
                                         ) {
            return domain::decide(policies->context(*ids), known, event, now);
        };
        auto decision = co_await services_.store.decide(std::move(subject), std::move(function));
        if (decision) {
            test_point("result_after_commit");
            report(claimed, result, *decision);
            co_return;
        }
        services_.events.log(
            ports::Level::error, "result_not_stored",
            "cannot store what came of a write, trying again; after a stop it is looked for",
            {{"reference", claimed.operation.reference}, {"error", describe(decision.error())}}
        );
        if (stopping_) {
            co_return;  // stays `sending`: found at the next start and looked for
        }
        co_await services_.clock.sleep(kStoreRetry);
    }
}

void Dispatcher::report_late(
    const ports::Claimed& claimed, const OperationResult& result, const domain::Decision& decision
) {
    services_.events.log(
        ports::Level::warning, "result_outdated",
        "a result came after its write had gone on without it",
        {{"kind", std::string(to_string(claimed.operation.kind))},
         {"reference", claimed.operation.reference},
         {"result", std::string(outcome_name(result))},
         {"made", std::to_string(result.result_id)},
         {"why", decision.reason}}
    );
}

void Dispatcher::report_second(
    const ports::Claimed& claimed, std::int64_t second_id, const Operation& settled
) {
    services_.metrics.count("duplicates_found_total", {});
    services_.events.log(
        ports::Level::error, "duplicate_found",
        "a write was made twice; the one found first is used, please close the other",
        {{"kind", std::string(to_string(settled.kind))},
         {"reference", claimed.operation.reference},
         {"used", std::to_string(settled.result_id)},
         {"other", std::to_string(second_id)}}
    );
}

void Dispatcher::report(
    const ports::Claimed& claimed, const OperationResult& result, const domain::Decision& decision
) {
    const std::string kind(to_string(claimed.operation.kind));
    services_.metrics.count(
        "operations_total", {{"kind", kind}, {"result", std::string(outcome_name(result))}}
    );
    const Operation* settled = nullptr;
    for (const Operation& operation : decision.operations) {
        if (operation.id == claimed.operation.id) {
            settled = &operation;
        }
    }
    if (settled == nullptr || settled->state == OperationState::sending) {
        report_late(claimed, result, decision);
        return;
    }
    if (result.what == What::done && settled->result_id != result.result_id) {
        report_second(claimed, result.result_id, *settled);
    }
    domain::Incident incident = claimed.incident;
    if (!decision.incidents.empty()) {
        incident = decision.incidents.front();
    }
    const bool done = settled->state == OperationState::done;
    const bool dead = settled->state == OperationState::dead;
    const std::string ticket = std::to_string(incident.ticket_id);
    std::vector<ports::Field> fields{
        {"kind", kind},
        {"event", settled->content.event},
        {"incident", incident.id},
        {"alert", incident.opener.id},
        {"reference", settled->reference},
        {"ticket", ticket},
        {"host", incident.opener.host.name},
        {"state", std::string(to_string(settled->state))}};
    if (!settled->last_error.empty()) {
        fields.push_back({"why", settled->last_error});
    }
    if (dead) {
        services_.events.log(
            ports::Level::error, "operation_dead",
            "GLPI refused a write for good; correct the cause, then retry it", std::move(fields)
        );
    } else if (done && claimed.operation.kind == domain::OperationKind::open) {
        services_.events.log(
            ports::Level::info, "ticket_opened", "ticket opened", std::move(fields)
        );
    } else if (done) {
        services_.events.log(
            ports::Level::info, "ticket_written", "written to the ticket", std::move(fields)
        );
    } else {
        services_.events.log(
            result.what == What::failed ? ports::Level::warning : ports::Level::info,
            "operation_not_done", "the write was not done", std::move(fields)
        );
    }
    if (done && claimed.operation.kind == domain::OperationKind::open) {
        const std::chrono::duration<double> since =
            services_.clock.now() - incident.opener.received_at;
        services_.metrics.observe("alert_to_ticket_seconds", {}, since.count());
    }
    if (on_settled) {
        on_settled(*settled, incident);
    }
}

}  // namespace alert_bridge::core
