// SPDX-License-Identifier: MIT
#include "alert_bridge/core/explainer.hpp"

#include <algorithm>
#include <utility>

namespace alert_bridge::core {

namespace asio = boost::asio;
using domain::Decision;
using domain::IncidentState;
using domain::Operation;
using domain::OperationState;
using domain::Placement;
using domain::Snapshot;
using domain::TimerKind;

namespace {

constexpr int kWritesMax = 20;  // of one alert; the lifecycle owes a handful

// The incident of a write that is not the alert's own: an umbrella, or the ticket of its host.
const domain::Incident* other_incident(
    const std::string& id, const Decision& decision, const Snapshot& known
) {
    for (const domain::Incident& incident : decision.incidents) {
        if (incident.id == id) {
            return &incident;
        }
    }
    for (const std::optional<domain::Incident>* other :
         {&known.parent, &known.entity_umbrella, &known.overall_umbrella, &known.host_down}) {
        if (*other && (*other)->id == id) {
            return &**other;
        }
    }
    return nullptr;
}

std::string place_known_without_glpi(const domain::Plan& plan) {
    for (const domain::EntityRef* ref :
         {&plan.entity, &plan.within, &plan.source_within, &plan.default_entity}) {
        if (!ref->empty()) {
            return ref->value;
        }
    }
    return {};
}

}  // namespace

// Forwards, but for reading tickets that cannot be read.
class Explainer::Desk final : public ports::ServiceDesk {
  public:
    Desk(ports::ServiceDesk& real, bool asks) : real_(real), asks_(asks) {}

    Task<domain::TicketView> view(std::int64_t ticket_id, ports::TicketDetail detail) override {
        if (asks_ && ticket_id != kNewTicket) {
            co_return co_await real_.view(ticket_id, detail);
        }
        domain::TicketView untouched;
        untouched.id = ticket_id;
        untouched.exists = true;
        untouched.status = static_cast<int>(domain::TicketStatus::new_);
        co_return untouched;
    }
    Task<std::int64_t> open(domain::NewTicket ticket) override {
        return real_.open(std::move(ticket));
    }
    Task<std::int64_t> add_followup(ports::TimelineEntry entry) override {
        return real_.add_followup(std::move(entry));
    }
    Task<std::int64_t> add_solution(ports::TimelineEntry entry) override {
        return real_.add_solution(std::move(entry));
    }
    Task<void> change(ports::TicketChange change) override { return real_.change(change); }
    Task<void> link(std::int64_t ticket_id, std::int64_t other_ticket_id) override {
        return real_.link(ticket_id, other_ticket_id);
    }
    Task<std::vector<std::int64_t>> find_tickets(std::string reference, WallTime since) override {
        return real_.find_tickets(std::move(reference), since);
    }
    Task<std::int64_t> find_followup(std::int64_t ticket_id, std::string reference) override {
        return real_.find_followup(ticket_id, std::move(reference));
    }
    Task<std::int64_t> find_solution(std::int64_t ticket_id, std::string reference) override {
        return real_.find_solution(ticket_id, std::move(reference));
    }
    std::string ticket_url(std::int64_t ticket_id) const override {
        return real_.ticket_url(ticket_id);
    }

  private:
    ports::ServiceDesk& real_;
    bool asks_;
};

Explainer::Explainer(Services services, Options options)
    : services_(std::move(services)),
      options_(std::move(options)),
      desk_(std::make_unique<Desk>(services_.desk, options_.asks_glpi)),
      delivery_(*desk_, services_.assets, services_.events, services_.metrics) {}

Explainer::~Explainer() = default;

asio::awaitable<Explanation> Explainer::explain(domain::Alert alert) {
    const Policies& policies = *services_.policies;
    const WallTime now = services_.clock.now();
    Explanation out;
    out.alert = alert;
    timers_.clear();
    PlaceQuestion question = place_question(alert, policies, now);
    out.rules = domain::judge_rules(*policies.rules, alert, now, nullptr);
    // Openings alone need a place; whether it is one is the lifecycle's to say.
    Decision decision = decide(alert, question.plan, std::nullopt, out);
    if (decision.verdict == domain::Verdict::needs_placement) {
        out.asked_for_place = true;
        std::optional<Placement> placement = co_await place(alert, question, out);
        if (placement) {
            out.plan =
                plan_with_details(alert, policies, std::move(question.plan), *placement, now);
            if (placement->details) {
                out.rules =
                    domain::judge_rules(*policies.rules, alert, now, placement->asset_details());
            }
            if (out.plan.policy.changes != domain::OnChange::none && placement->asset) {
                out.remarks.emplace_back(
                    "planned changes of GLPI are not asked for here; the daemon knows them and may "
                    "hold or annotate the opening (changes)"
                );
            }
            out.placement = placement;
            decision = decide(alert, out.plan, std::move(placement), out);
        }
    }
    out.fields = domain::plan_fields(out.plan);
    out.verdict = decision.verdict;
    out.reason = decision.reason;
    out.notices = decision.notices;
    const std::vector<Operation> owed = state_.operations;
    take_effect(decision, state_);
    settle_owed(owed, out);
    timers_ = decision.set_timers;
    out.incident = state_.incident;
    co_await write_for_others(decision, out);
    co_await follow(out);
    earlier_.remember(decision, state_);
    co_return out;
}

// What the store owes goes first, and is not told here: an opening among it has made the ticket.
void Explainer::settle_owed(const std::vector<Operation>& owed, Explanation& out) {
    if (owed.empty()) {
        return;
    }
    out.remarks.push_back(
        std::to_string(owed.size()) + " writes that are owed to GLPI already go first"
    );
    std::erase_if(state_.operations, [](const Operation& operation) { return operation.id > 0; });
    for (const Operation& operation : owed) {
        if (operation.kind != domain::OperationKind::open) {
            continue;
        }
        if (operation.state == OperationState::dead) {
            out.remarks.emplace_back(
                "the opening of the ticket is a dead letter: what follows waits until that is "
                "retried or discarded (glpi-alert-bridge dead)"
            );
        } else if (state_.incident && state_.incident->id == operation.incident_id &&
                   state_.incident->ticket_id == 0) {
            state_.incident->ticket_id = kNewTicket;
        }
    }
}

Snapshot Explainer::known_of(const ports::Subject& subject, Explanation& out) {
    out.known.reset();
    if (options_.known_of) {
        out.known = options_.known_of(subject);
    }
    Snapshot known = out.known.value_or(Snapshot{});
    earlier_.lay_over(subject, known);
    return known;
}

Decision Explainer::decide(
    const domain::Alert& alert, domain::Plan plan, std::optional<Placement> placement,
    Explanation& out
) {
    const WallTime now = services_.clock.now();
    out.plan = plan;
    AlertCase asked =
        case_of(alert, *services_.policies, std::move(plan), std::move(placement), now);
    asked.event.alert = &alert;
    out.group_key = asked.event.group_key;
    state_ = known_of(asked.subject, out);
    return domain::decide(services_.policies->context(services_.ids), state_, asked.event, now);
}

asio::awaitable<std::optional<Placement>> Explainer::place(
    const domain::Alert& alert, const PlaceQuestion& question, Explanation& out
) {
    Result<Placement> found = Error{ErrorClass::later, "offline", "GLPI was not asked"};
    if (options_.asks_glpi) {
        found = co_await ask_place(services_.assets, alert, question, &out.trace);
    }
    if (found && found->entity_id != domain::kNoEntity) {
        co_return std::move(*found);
    }
    if (found) {
        out.place_problem =
            "GLPI has no entity for it, not even glpi.default_entity: the alert would wait until "
            "it has, or until the configuration names another";
        co_return std::nullopt;
    }
    out.place_problem = describe(found.error()) +
                        "; the entity is not looked up, and no asset is linked in what follows";
    const auto& group_by = question.plan.policy.group_by;
    if (std::any_of(group_by.begin(), group_by.end(), [](const std::string& element) {
            return element != "problem";
        })) {
        out.remarks.emplace_back(
            "tickets are not looked for by group (group_by) where the entity is not known: they "
            "never span entities"
        );
    }
    Placement guess = domain::place_without_answer(question.plan, domain::EntityTree());
    guess.entity_name = place_known_without_glpi(question.plan);
    guess.notes.clear();  // the daemon would ask, and its ticket would not say that it could not
    co_return guess;
}

// On other tickets: what they list of this alert, and an umbrella that it opens.
asio::awaitable<void> Explainer::write_for_others(const Decision& decision, Explanation& out) {
    for (const Operation& operation : decision.operations) {
        const bool is_own = state_.incident && operation.incident_id == state_.incident->id;
        const domain::Incident* incident =
            is_own || operation.id != 0 || operation.state != OperationState::due
                ? nullptr
                : other_incident(operation.incident_id, decision, state_);
        if (incident != nullptr) {
            ports::Claimed claimed;
            claimed.operation = operation;
            claimed.incident = *incident;
            const ExplainedWrite frame;
            (void)co_await write_one(frame, std::move(claimed), out);
        }
    }
}

asio::awaitable<domain::OperationResult> Explainer::write_one(
    const ExplainedWrite& frame, ports::Claimed claimed, Explanation& out
) {
    claimed.operation.state = OperationState::sending;
    claimed.operation.attempts = 1;
    ExplainedWrite write = frame;
    write.kind = claimed.operation.kind;
    write.event = claimed.operation.content.event;
    domain::OperationResult result = co_await delivery_.carry_out(std::move(claimed));
    const bool failed = result.what == domain::OperationResult::What::failed;
    write.outcome = failed ? describe(result.error) : result.text;
    if (options_.take_requests) {
        write.requests = options_.take_requests();
    }
    out.writes.push_back(std::move(write));
    co_return result;
}

void Explainer::tell_timer(Explanation& out, TimerKind kind, ExplainedWrite& frame) {
    const auto timer = std::find_if(timers_.begin(), timers_.end(), [kind](const auto& each) {
        return each.kind == kind;
    });
    if (timer == timers_.end() || !state_.incident) {
        return;
    }
    frame.not_before = timer->due_at;
    domain::TimerEvent event;
    event.timer = *timer;
    const Decision decision =
        domain::decide(services_.policies->context(services_.ids), state_, event, timer->due_at);
    take_effect(decision, state_);
    out.notices.insert(out.notices.end(), decision.notices.begin(), decision.notices.end());
}

// What is owed at once, then what is owed when the wait that begins now is over.
asio::awaitable<void> Explainer::follow(Explanation& out) {
    if (out.verdict == domain::Verdict::needs_placement) {
        co_return;
    }
    const WallTime now = services_.clock.now();
    ExplainedWrite frame;
    co_await write_owed(frame, now, out);
    if (!state_.incident) {
        co_return;
    }
    TimerKind kind = TimerKind::hold;
    if (state_.incident->state == IncidentState::holding) {
        frame.waits_for = "if the problem lasts that long";
    } else if (state_.incident->state == IncidentState::quiet) {
        kind = TimerKind::resolve;
        frame.waits_for = "if it stays quiet that long";
    } else {
        co_return;
    }
    const Snapshot before = state_;
    tell_timer(out, kind, frame);
    if (frame.not_before) {
        const WallTime then = *frame.not_before;
        co_await write_owed(frame, then, out);
    }
    state_ = before;  // for the alerts after this one, that time has not come
}

asio::awaitable<void> Explainer::write_owed(
    const ExplainedWrite& frame, WallTime at, Explanation& out
) {
    for (int count = 0; count < kWritesMax && !state_.operations.empty(); ++count) {
        Operation operation = state_.operations.front();
        if (operation.state != OperationState::due || !state_.incident) {
            break;
        }
        operation.state = OperationState::sending;
        operation.attempts = 1;
        operation.sent_at = at;
        state_.operations.front() = operation;
        ports::Claimed claimed;
        claimed.operation = operation;
        claimed.incident = *state_.incident;
        const domain::OperationResult result = co_await write_one(frame, std::move(claimed), out);
        if (result.what == domain::OperationResult::What::failed) {
            break;
        }
        domain::ResultEvent event;
        event.operation = operation;
        event.result = result;
        const Decision decision =
            domain::decide(services_.policies->context(services_.ids), state_, event, at);
        take_effect(decision, state_);
        out.notices.insert(out.notices.end(), decision.notices.begin(), decision.notices.end());
    }
}

}  // namespace alert_bridge::core
