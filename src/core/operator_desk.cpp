// SPDX-License-Identifier: MIT
#include "alert_bridge/core/operator_desk.hpp"

#include <utility>

namespace alert_bridge::core {

OperatorDesk::Outcome OperatorDesk::settle(domain::OperatorEvent event, std::string who) {
    const bool is_retry = event.action == domain::OperatorAction::retry;
    Command command{
        is_retry ? "dead retry" : "dead discard", std::to_string(event.operation_id),
        std::move(who), event.reason};
    const std::shared_ptr<const Policies> policies = services_.policies.current();
    ports::Subject subject;
    subject.operation_id = event.operation_id;
    ports::DecideFunction function = [policies, ids = &services_.ids, event = std::move(event),
                                      now = services_.clock.now()](const domain::Snapshot& known) {
        return domain::decide(policies->context(*ids), known, event, now);
    };
    auto decision = co_await services_.store.decide(std::move(subject), std::move(function));
    Result<Answer> outcome = Answer{};
    if (!decision) {
        outcome = decision.error();
    } else {
        outcome->done = decision->verdict == domain::Verdict::applied;
        outcome->text = decision->reason;
    }
    report(command, outcome);
    if (outcome && outcome->done && on_changed) {
        on_changed();
    }
    co_return outcome;
}

OperatorDesk::Outcome OperatorDesk::retry_quarantined(std::int64_t id, std::string who) {
    const Command command{"quarantine retry", std::to_string(id), std::move(who), {}};
    auto entry = co_await services_.seat.quarantine_entry(id);
    Result<Answer> outcome = Answer{false, "there is no such entry"};
    if (!entry) {
        outcome = entry.error();
    } else if (*entry) {
        auto readmission = co_await services_.intake.readmit(services_.seat, **std::move(entry));
        if (readmission) {
            outcome = Answer{readmission->done, std::move(readmission->text)};
        } else {
            outcome = readmission.error();
        }
    }
    report(command, outcome);
    co_return outcome;
}

OperatorDesk::Outcome OperatorDesk::discard_quarantined(
    std::int64_t id, std::string reason, std::string who
) {
    const Command command{
        "quarantine discard", std::to_string(id), std::move(who), std::move(reason)};
    auto deleted = co_await services_.seat.discard_quarantined(id);
    Result<Answer> outcome = Answer{};
    if (!deleted) {
        outcome = deleted.error();
    } else {
        outcome->done = *deleted > 0;
        outcome->text = outcome->done ? "discarded" : "there is no such entry";
    }
    report(command, outcome);
    co_return outcome;
}

void OperatorDesk::report(const Command& command, const Result<Answer>& outcome) {
    const bool done = outcome && outcome->done;
    services_.metrics.count(
        "operator_commands_total", {{"command", command.name}, {"done", done ? "yes" : "no"}}
    );
    std::vector<ports::Field> fields{
        {"command", command.name},
        {"id", command.id},
        {"who", command.who},
        {"result", outcome ? outcome->text : describe(outcome.error())}};
    if (!command.reason.empty()) {
        fields.push_back({"reason", command.reason});
    }
    services_.events.log(
        done ? ports::Level::info : ports::Level::warning, "operator_command",
        done ? "an operator's command was carried out" : "an operator's command was refused",
        std::move(fields)
    );
}

}  // namespace alert_bridge::core
