// SPDX-License-Identifier: MIT
#include "alert_bridge/core/undelivered.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

#include "alert_bridge/base/number.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/alert_meaning.hpp"
#include "alert_bridge/domain/maintenance.hpp"

namespace alert_bridge::core {

namespace asio = boost::asio;
using domain::AlarmKind;
using domain::AlarmMemory;
using domain::Trouble;

namespace {

constexpr const char* kFact = "undelivered.told";
constexpr int kPage = 250;
// What costs much is looked at less often: just then the machine has other work.
constexpr int kPausePerLook = 10;
constexpr Duration kPauseMax{60'000};

// The problems that alerts of the journal tell of, in the order of their arrival.
class Undecided {
  public:
    Undecided(const domain::RuleEngine& rules, const domain::WaitLimits& limits)
        : rules_(rules), limits_(limits) {}

    void hear(const domain::Alert& alert, WallTime now) {
        if (domain::reports_end(alert) || alert.kind == domain::AlertKind::cancelled) {
            end(alert);
            return;
        }
        if (alert.kind != domain::AlertKind::problem) {
            return;
        }
        const Key key(alert.problem_key, alert.episode);
        if (const auto known = late_.find(key); known != late_.end()) {
            known->second.newest = std::max(known->second.newest, alert.order);
            return;
        }
        if (is_young(alert, now)) {
            return;
        }
        const domain::Plan plan = domain::plan_of_waiting(rules_, alert, now, nullptr);
        const bool opens = alert.severity >= plan.policy.open && !plan.drop && !plan.maintenance &&
                           plan.policy.mode == domain::Mode::act;
        const WallTime due = alert.received_at + domain::waits_before_opening(plan, alert);
        if (opens && now - due >= limits_.of(plan.priority.name)) {
            late_[key] = {
                alert.order,
                {alert.id, plan.priority.name, alert.host.name, alert.problem_name, due, {}}};
        }
    }
    // It is late for no priority.
    [[nodiscard]] bool is_young(const domain::Alert& alert, WallTime now) const {
        return now - alert.received_at < limits_.shortest();
    }
    [[nodiscard]] bool empty() const { return late_.empty(); }
    void add_to(Trouble& trouble) {
        const std::string* listed = nullptr;  // a problem once, however often it occurs
        for (auto& [key, one] : late_) {
            if (listed == nullptr || *listed != key.first) {
                trouble.late.push_back(std::move(one.opening));
            } else if (one.opening.since < trouble.late.back().since) {
                trouble.late.back() = std::move(one.opening);
            }
            listed = &key.first;
        }
        std::sort(trouble.late.begin(), trouble.late.end(), [](const auto& a, const auto& b) {
            return std::tie(a.since, a.id) < std::tie(b.since, b.id);
        });
        trouble.late.resize(std::min(trouble.late.size(), Trouble::kLateMax));
    }

  private:
    using Key = std::pair<std::string, std::string>;  // problem and episode
    struct Late {
        domain::AlertOrder newest;
        domain::WaitingOpening opening;
    };

    // As the lifecycle hears it: that the whole problem is over ends each occurrence, but for news
    // that something newer has overtaken.
    void end(const domain::Alert& alert) {
        auto each = late_.lower_bound({alert.problem_key, ""});
        while (each != late_.end() && each->first.first == alert.problem_key) {
            const bool is_meant = alert.whole_problem || each->first.second == alert.episode;
            const bool ends = is_meant && !(alert.order < each->second.newest);
            each = ends ? late_.erase(each) : std::next(each);
        }
    }

    const domain::RuleEngine& rules_;
    const domain::WaitLimits& limits_;
    std::map<Key, Late> late_;
};

}  // namespace

std::string to_fact(const AlarmMemory& memory) {
    if (!memory.since) {
        return "quiet";
    }
    return std::to_string(to_unix_ms(*memory.since)) + " " +
           std::to_string(to_unix_ms(memory.told_at)) + (memory.late ? " late" : " -") +
           (memory.dead ? " dead" : " -") + (memory.fuse ? " fuse" : " -");
}

AlarmMemory from_fact(const std::string& text, WallTime now) {
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
    const auto seen = [&](const std::string& part, const char* word) {
        return part == word ? std::optional(now) : std::nullopt;
    };
    memory.late = seen(parts[2], "late");
    memory.dead = seen(parts[3], "dead");
    memory.fuse = seen(parts[4], "fuse");
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
    if (!memory_) {
        return;
    }
    memory_->told_at += by;
    for (auto* time : {&memory_->since, &memory_->late, &memory_->dead, &memory_->fuse}) {
        if (*time) {
            **time += by;
        }
    }
}

asio::awaitable<void> Undelivered::run() {
    while (!stopping_) {
        if (!plan_->channels.empty()) {
            co_await look();
        }
        const Duration pause = std::clamp(plan_->limits.shortest() / 4, kOften, kEvery);
        co_await bell_.wait(std::max(pause, std::min(kPausePerLook * look_took_, kPauseMax)));
    }
}

asio::awaitable<void> Undelivered::look() {
    const bool knows = co_await remember();
    if (!knows) {
        co_return;
    }
    const WallTime began = services_.clock.now();
    auto found = co_await trouble();
    look_took_ = services_.clock.now() - began;  // wrong once where the clock was set
    const std::string result = !found ? "failed" : found->empty() ? "quiet" : "trouble";
    services_.metrics.count("alarm_looks_total", {{"result", result}});
    if (!found) {
        services_.events.log(
            ports::Level::error, "undelivered_unreadable",
            "cannot read what waits for GLPI, trying again", {{"error", describe(found.error())}}
        );
        co_return;
    }
    const WallTime now = services_.clock.now();
    memory_ = domain::after_look(*memory_, *found, plan_->limits.gone_after(), now);
    const auto due = domain::alarm_due(*memory_, *found, plan_->repeat, now);
    if (due) {
        co_await tell(*due, std::move(*found));
    }
    co_await note();
}

asio::awaitable<bool> Undelivered::remember() {
    if (!memory_) {
        auto stored = co_await services_.store.fact(kFact);
        if (stored) {
            noted_ = stored->value_or(to_fact(AlarmMemory()));
            memory_ = from_fact(noted_, services_.clock.now());
        }
    }
    co_return memory_.has_value();
}

asio::awaitable<void> Undelivered::note() {
    const std::string fact = to_fact(*memory_);
    if (fact == noted_) {
        co_return;
    }
    auto stored = co_await services_.store.set_fact(kFact, fact);
    if (stored) {
        noted_ = fact;
        co_return;
    }
    services_.events.log(
        ports::Level::warning, "alarm_not_noted",
        "cannot note what people were told; after a restart they may be told again",
        {{"error", describe(stored.error())}}
    );
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
    const std::shared_ptr<const Policies> policies = services_.policies.current();
    const domain::WaitLimits limits = plan_->limits;
    Undecided undecided(*policies->rules, limits);
    std::int64_t after = 0;
    for (int looked = 0; looked < kUndecidedMax;) {
        // The rows move with the clock: each page goes by the time that held when it was asked for.
        const WallTime now = services_.clock.now();
        auto rows = co_await services_.store.pending(after, kPage);
        if (!rows) {
            co_return rows.error();
        }
        for (const ports::JournalEntry& row : *rows) {
            after = row.seq;
            undecided.hear(row.alert, now);
        }
        looked += kPage;
        const bool is_last = rows->size() < std::size_t{kPage};
        // Young ones can only end what is late.
        if (is_last || (undecided.empty() && undecided.is_young(rows->back().alert, now))) {
            break;
        }
    }
    undecided.add_to(trouble);
    co_return Result<void>();
}

asio::awaitable<void> Undelivered::tell(AlarmKind kind, Trouble trouble) {
    const WallTime now = services_.clock.now();
    const WallTime since = std::min(memory_->since.value_or(now), now);
    domain::Alarm alarm =
        domain::make_alarm(kind, trouble, {plan_->name, glpi_state()}, since, now);
    const bool told = co_await send(std::move(alarm));
    if (!told) {
        co_return;
    }
    // Sending took its time, and somebody may have set the clock meanwhile.
    memory_ = domain::remembered(*memory_, kind, trouble, services_.clock.now());
    services_.metrics.count("alarms_total", {{"kind", std::string(to_string(kind))}});
}

// True when somebody was reached.
asio::awaitable<bool> Undelivered::send(domain::Alarm alarm) {
    const std::shared_ptr<const AlarmPlan> plan = plan_;
    bool reached = false;
    for (const auto& channel : plan->channels) {
        domain::Alarm copy = alarm;
        const auto sent = co_await channel->send(std::move(copy));
        reached = reached || sent;
        const bool is_cut = stopping_ || plan_ != plan;
        if (is_cut && !sent) {
            break;
        }
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
