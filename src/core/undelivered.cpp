// SPDX-License-Identifier: MIT
#include "alert_bridge/core/undelivered.hpp"

#include <algorithm>
#include <utility>

#include "alert_bridge/base/number.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/maintenance.hpp"

namespace alert_bridge::core {

namespace asio = boost::asio;
using domain::AlarmKind;
using domain::AlarmMemory;
using domain::Trouble;

namespace {

constexpr const char* kFact = "undelivered.told";
constexpr int kUndecidedMax = 1'000;  // looked at, of the oldest

}  // namespace

std::string to_fact(const AlarmMemory& memory) {
    if (!memory.since) {
        return "quiet";
    }
    return std::to_string(to_unix_ms(*memory.since)) + " " +
           std::to_string(to_unix_ms(memory.told_at)) + (memory.late ? " late" : " -") +
           (memory.dead ? " dead" : " -") + (memory.fuse ? " fuse" : " -");
}

AlarmMemory from_fact(const std::string& text) {
    const std::vector<std::string> parts = split(text, " ");
    if (parts.size() != 5) {
        return {};
    }
    const auto since = parse_whole_number(parts[0]);
    const auto told = parse_whole_number(parts[1]);
    if (!since || !told) {
        return {};
    }
    AlarmMemory memory;
    memory.since = from_unix_ms(*since);
    memory.told_at = from_unix_ms(*told);
    memory.late = parts[2] == "late";
    memory.dead = parts[3] == "dead";
    memory.fuse = parts[4] == "fuse";
    return memory;
}

Undelivered::Undelivered(Services services, AlarmPlan plan)
    : services_(services),
      plan_(std::make_shared<const AlarmPlan>(std::move(plan))),
      bell_(services.clock) {}

void Undelivered::stop() {
    stopping_ = true;
    for (const auto& channel : plan_->channels) {
        channel->stop();
    }
    bell_.ring();
}

// What is being sent by the old plan is cut short, and made anew by the new one.
void Undelivered::use(AlarmPlan plan) {
    for (const auto& channel : plan_->channels) {
        channel->stop();
    }
    plan_ = std::make_shared<const AlarmPlan>(std::move(plan));
    bell_.ring();
}

void Undelivered::clock_was_set(Duration by) {
    if (memory_ && memory_->since) {
        *memory_->since += by;
        memory_->told_at += by;
    }
}

asio::awaitable<void> Undelivered::run() {
    while (!stopping_) {
        if (!plan_->channels.empty()) {
            co_await look();
        }
        const Duration pause = std::clamp(plan_->limits.shortest() / 4, kOften, kEvery);
        co_await bell_.wait(pause);
    }
}

asio::awaitable<void> Undelivered::look() {
    const bool knows = co_await remember();
    if (!knows) {
        co_return;
    }
    auto found = co_await trouble();
    const std::string result = !found ? "failed" : found->empty() ? "quiet" : "trouble";
    services_.metrics.count("alarm_looks_total", {{"result", result}});
    if (!found) {
        services_.events.log(
            ports::Level::error, "undelivered_unreadable",
            "cannot read what waits for GLPI, trying again", {{"error", describe(found.error())}}
        );
        co_return;
    }
    const auto due = domain::alarm_due(*memory_, *found, plan_->repeat, services_.clock.now());
    if (due) {
        co_await tell(*due, std::move(*found));
    }
}

asio::awaitable<bool> Undelivered::remember() {
    if (!memory_) {
        auto stored = co_await services_.store.fact(kFact);
        if (stored) {
            memory_ = *stored ? from_fact(**stored) : AlarmMemory();
        }
    }
    co_return memory_.has_value();
}

asio::awaitable<Result<Trouble>> Undelivered::trouble() {
    const WallTime now = services_.clock.now();
    Trouble found;
    domain::WaitLimits limits = plan_->limits;
    auto late = co_await services_.backlog.late_openings(
        std::move(limits), now, static_cast<int>(Trouble::kLateMax)
    );
    if (!late) {
        co_return late.error();
    }
    found.late = std::move(*late);
    const auto added = co_await add_undecided(found);
    if (!added) {
        co_return added.error();
    }
    const auto judged = co_await add_alarms(found);
    if (!judged) {
        co_return judged.error();
    }
    co_return found;
}

asio::awaitable<Result<void>> Undelivered::add_alarms(Trouble& trouble) {
    auto figures = co_await services_.store.figures();
    if (!figures) {
        co_return figures.error();
    }
    trouble.dead = figures->dead;
    const int fuse = services_.policies.current()->storm.fuse;
    if (fuse > 0) {
        const WallTime from = services_.clock.now() - domain::kFuseWindow;
        auto openings = co_await services_.backlog.openings_since(from);
        if (!openings) {
            co_return openings.error();
        }
        trouble.fuse_blown = *openings >= fuse;
    }
    co_return Result<void>();
}

// Problems for which no opening is owed yet, since GLPI was not to be asked where they belong.
asio::awaitable<Result<void>> Undelivered::add_undecided(Trouble& trouble) {
    const WallTime now = services_.clock.now();
    const std::shared_ptr<const Policies> policies = services_.policies.current();
    const domain::WaitLimits limits = plan_->limits;
    std::int64_t after = 0;
    for (int looked = 0; looked < kUndecidedMax;) {
        auto rows = co_await services_.store.pending(after, 100);
        if (!rows) {
            co_return rows.error();
        }
        for (const ports::JournalEntry& row : *rows) {
            after = row.seq;
            const domain::Alert& alert = row.alert;
            if (alert.kind != domain::AlertKind::problem) {
                continue;
            }
            const domain::Plan plan =
                domain::plan_of_waiting(*policies->rules, alert, now, nullptr);
            const bool opens = alert.severity >= plan.policy.open && !plan.drop &&
                               !plan.maintenance && plan.policy.mode == domain::Mode::act;
            if (opens && now - alert.received_at >= limits.of(plan.priority.name)) {
                trouble.late.push_back(
                    {alert.id,
                     plan.priority.name,
                     alert.host.name,
                     alert.problem_name,
                     alert.received_at,
                     {}}
                );
            }
        }
        looked += static_cast<int>(rows->size());
        const bool rest_is_young =
            rows->empty() || now - rows->back().alert.received_at < limits.shortest();
        if (rest_is_young) {
            break;
        }
    }
    std::stable_sort(trouble.late.begin(), trouble.late.end(), [](const auto& a, const auto& b) {
        return a.since < b.since;
    });
    trouble.late.resize(std::min(trouble.late.size(), Trouble::kLateMax));
    co_return Result<void>();
}

asio::awaitable<void> Undelivered::tell(AlarmKind kind, Trouble trouble) {
    const WallTime now = services_.clock.now();
    const WallTime since = memory_->since.value_or(now);
    domain::Alarm alarm =
        domain::make_alarm(kind, trouble, {plan_->name, glpi_state()}, since, now);
    const bool told = co_await send(std::move(alarm));
    if (!told) {
        co_return;
    }
    memory_ = domain::remembered(*memory_, kind, trouble, now);
    services_.metrics.count("alarms_total", {{"kind", std::string(to_string(kind))}});
    auto stored = co_await services_.store.set_fact(kFact, to_fact(*memory_));
    if (!stored) {
        services_.events.log(
            ports::Level::warning, "alarm_not_noted",
            "cannot note that people were told; after a restart they are told again",
            {{"error", describe(stored.error())}}
        );
    }
}

// True when somebody was reached.
asio::awaitable<bool> Undelivered::send(domain::Alarm alarm) {
    const std::shared_ptr<const AlarmPlan> plan = plan_;
    bool reached = false;
    for (const auto& channel : plan->channels) {
        if (stopping_) {
            break;
        }
        domain::Alarm copy = alarm;
        const auto sent = co_await channel->send(std::move(copy));
        reached = reached || sent;
        const std::string name(channel->name());
        services_.metrics.count(
            "alarm_messages_total", {{"channel", name}, {"result", sent ? "sent" : "failed"}}
        );
        if (sent) {
            services_.events.log(
                ports::Level::warning, "alarm_sent", alarm.subject, {{"channel", name}}
            );
        } else {
            services_.events.log(
                ports::Level::error, "alarm_not_sent", alarm.subject,
                {{"channel", name}, {"error", describe(sent.error())}}
            );
        }
    }
    co_return reached;
}

}  // namespace alert_bridge::core
