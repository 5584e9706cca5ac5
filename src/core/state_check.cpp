// SPDX-License-Identifier: MIT
#include "alert_bridge/core/state_check.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "alert_bridge/base/text.hpp"

namespace alert_bridge::core {

namespace asio = boost::asio;
using ports::ProblemNow;

namespace {

constexpr Duration kLongestPause{60'000};
constexpr Duration kShortestPause{10};
constexpr int kPageRows = 500;
constexpr std::size_t kAlertsAtOnce = 100;
constexpr std::size_t kExamples = 5;

std::string occurrence(const std::string& problem_key, std::string_view episode) {
    return problem_key + "|" + std::string(domain::occurrence_id(episode));
}

std::string examples(const std::vector<domain::Alert>& alerts) {
    std::vector<std::string> names;
    for (std::size_t at = 0; at < std::min(kExamples, alerts.size()); ++at) {
        names.push_back(alerts[at].host.name + ": " + one_line(alerts[at].problem_name));
    }
    return join(names, "; ");
}

}  // namespace

StateCheck::StateCheck(Services services, Tasks& tasks, BacksPtr backs)
    : services_(services), tasks_(tasks), bell_(services.clock), backs_(std::move(backs)) {}

void StateCheck::use(BacksPtr backs) {
    backs_ = std::move(backs);
    look_again();
}

void StateCheck::look_again() {
    next_.clear();
    bell_.ring();
}

void StateCheck::stop() {
    stopping_ = true;
    bell_.ring();
}

asio::awaitable<void> StateCheck::run() {
    while (!stopping_) {
        const WallTime now = services_.clock.now();
        Duration wait = kLongestPause;
        for (const auto& [source, back] : *backs_) {
            // Whoever looks rings at the end.
            if (back.reconcile <= Duration::zero() || busy_.count(source) > 0) {
                continue;
            }
            WallTime& next = next_[source];
            if (next <= now) {
                next = now + back.reconcile;
                busy_.insert(source);
                tasks_.spawn("state check " + source, look(source, back));
            }
            wait = std::min<Duration>(wait, next - now);
        }
        co_await bell_.wait(std::clamp(wait, kShortestPause, kLongestPause));
    }
}

asio::awaitable<void> StateCheck::look(std::string source, Back back) {
    const bool answered = co_await check(source, back);
    if (!answered) {
        const WallTime soon = services_.clock.now() + kAgainAfterFailure;
        WallTime& next = next_[source];
        const bool was_asked_for = next == WallTime{};  // meanwhile, but it is away
        next = was_asked_for ? soon : std::min(next, soon);
    }
    busy_.erase(source);
    bell_.ring();
}

asio::awaitable<bool> StateCheck::check(std::string source, Back back) {
    auto known = co_await open_problems(source);
    if (!known) {
        failed(source, known.error());
        co_return false;
    }
    const Problems asked = *known;
    auto sight = co_await back.port->look(std::move(*known));
    if (!sight) {
        failed(source, sight.error());
        co_return false;
    }
    // Decoded piece by piece: others run in between.
    Alerts present;
    std::set<std::string> going_on;
    const std::array<const std::vector<std::string>*, 2> lists{&sight->present, &sight->hushed};
    for (const auto* bodies : lists) {
        for (const std::string& body : *bodies) {
            for (domain::Alert& alert : services_.intake.read(source, body)) {
                going_on.insert(occurrence(alert.problem_key, alert.episode));
                if (bodies == &sight->present) {
                    present.push_back(std::move(alert));
                }
            }
            co_await services_.clock.sleep(Duration::zero());
        }
    }
    if (sight->known.empty()) {
        for (const ports::OpenProblem& problem : asked) {
            const bool goes_on =
                going_on.count(occurrence(problem.problem_key, problem.episode)) > 0;
            sight->known.push_back(goes_on ? ProblemNow::failing : ProblemNow::ok);
        }
    }
    if (failing_.erase(source) > 0) {
        services_.events.log(
            ports::Level::info, "state_check_well", "monitoring answers again", {{"source", source}}
        );
    }
    services_.metrics.count("state_checks_total", {{"source", source}, {"result", "done"}});
    co_await settle_known(source, asked, std::move(sight->known));
    co_await report_unheard(source, back, std::move(present));
    co_return true;
}

asio::awaitable<Result<StateCheck::Problems>> StateCheck::open_problems(std::string source) {
    Problems all;
    ports::OpenProblem after;
    while (all.size() < static_cast<std::size_t>(kKnownMax)) {
        auto page = co_await services_.store.open_problems(source, after, kPageRows);
        if (!page) {
            co_return page.error();
        }
        if (page->empty()) {
            break;
        }
        after = page->back();
        std::move(page->begin(), page->end(), std::back_inserter(all));
    }
    co_return all;
}

asio::awaitable<void> StateCheck::settle_known(
    std::string source, Problems known, std::vector<ProblemNow> states
) {
    const WallTime settled = services_.clock.now() - kSettle;
    std::int64_t unclear = 0;
    Alerts ends;
    for (std::size_t at = 0; at < std::min(known.size(), states.size()); ++at) {
        const ProblemNow now = states[at];
        unclear += now == ProblemNow::unknown ? 1 : 0;
        const bool is_over = now == ProblemNow::ok || now == ProblemNow::gone;
        if (is_over && known[at].heard_at <= settled) {
            domain::Alert end = co_await end_of(source, known[at], now);
            ends.push_back(std::move(end));
        }
    }
    services_.metrics.gauge("problems_unclear", {{"source", source}}, static_cast<double>(unclear));
    while (!ends.empty()) {
        const std::size_t count = std::min(kAlertsAtOnce, ends.size());
        const auto first = ends.end() - static_cast<std::ptrdiff_t>(count);
        Alerts batch(std::make_move_iterator(first), std::make_move_iterator(ends.end()));
        ends.resize(ends.size() - count);
        const std::string names = examples(batch);
        const IntakeAnswer answer = co_await services_.intake.admit(source, std::move(batch));
        if (answer.status != IntakeAnswer::Status::accepted) {
            co_return;  // the next look finds them again
        }
        services_.metrics.count(
            "missed_recoveries_total", {{"source", source}}, static_cast<double>(count)
        );
        services_.events.log(
            ports::Level::warning, "missed_recoveries",
            "problems are over in monitoring, and no notice of that has come",
            {{"source", source}, {"count", std::to_string(count)}, {"problems", names}}
        );
    }
}

asio::awaitable<domain::Alert> StateCheck::end_of(
    std::string source, ports::OpenProblem problem, ProblemNow now
) {
    auto last = co_await services_.store.last_alert(problem.problem_key, problem.episode);
    domain::Alert end;
    if (last && *last) {
        end = **last;
    } else {
        end.problem_name = problem.problem_name;
        end.host.name = domain::parts_of_key(problem.problem_key).first;
    }
    const bool is_ok = now == ProblemNow::ok;
    end.source = std::move(source);
    end.kind = is_ok ? domain::AlertKind::recovery : domain::AlertKind::cancelled;
    end.state = is_ok ? domain::ProblemState::ok : domain::ProblemState::unknown;
    end.sender_state.clear();
    end.severity = problem.severity;
    end.severity_changed = false;
    end.is_repeat = false;
    end.whole_problem = false;  // of this occurrence only
    end.text = is_ok ? "over in monitoring; its notice has not come"
                     : "given up by monitoring: no recovery will come";
    end.author.clear();
    end.comment.clear();
    end.idempotency_key = problem.problem_key + "/" + problem.episode + "/state check/" +
                          std::to_string(problem.order.major) + "/" +
                          std::to_string(problem.order.minor) + "/" +
                          std::string(to_string(end.kind));
    end.problem_key = std::move(problem.problem_key);
    end.episode = std::move(problem.episode);
    end.order = problem.order;
    co_return end;
}

asio::awaitable<void> StateCheck::report_unheard(std::string source, Back back, Alerts present) {
    const std::shared_ptr<const Policies> policies = services_.policies.current();
    const WallTime now = services_.clock.now();
    std::vector<ports::NoticeStore::Occurrence> asked;
    std::map<std::string, domain::Alert> by_occurrence;
    for (domain::Alert& alert : present) {
        const domain::Plan plan = policies->rules->evaluate(alert, now);
        if (plan.drop || alert.severity < plan.policy.open) {
            continue;
        }
        asked.push_back(
            {alert.problem_key, std::string(domain::occurrence_id(alert.episode)),
             alert.whole_problem}
        );
        const std::string name = occurrence(alert.problem_key, alert.episode);
        by_occurrence.emplace(name, std::move(alert));
    }
    auto unheard = co_await services_.store.never_heard(std::move(asked));
    if (!unheard) {
        co_return;
    }
    std::set<std::string> names;
    Alerts twice;
    std::set<std::string>& before = unheard_before_[source];
    for (const auto& one : *unheard) {
        const std::string name = occurrence(one.problem_key, one.id);
        names.insert(name);
        if (before.count(name) > 0) {
            twice.push_back(by_occurrence[name]);
        }
    }
    before = std::move(names);
    const double count = static_cast<double>(twice.size());
    services_.metrics.gauge("problems_unheard", {{"source", source}}, count);
    tell_unheard(source, twice, back.open_unheard);
    while (back.open_unheard && !twice.empty()) {
        const std::size_t rest = twice.size() - std::min(kAlertsAtOnce, twice.size());
        const auto first = twice.begin() + static_cast<std::ptrdiff_t>(rest);
        Alerts batch(std::make_move_iterator(first), std::make_move_iterator(twice.end()));
        twice.resize(rest);
        static_cast<void>(co_await services_.intake.admit(source, std::move(batch)));
    }
}

void StateCheck::tell_unheard(const std::string& source, const Alerts& unheard, bool opens) {
    std::set<std::string> told;
    bool is_news = false;
    for (const domain::Alert& alert : unheard) {
        const std::string name = occurrence(alert.problem_key, alert.episode);
        is_news = is_news || unheard_told_[source].count(name) == 0;
        told.insert(name);
    }
    unheard_told_[source] = std::move(told);
    if (!is_news) {
        return;
    }
    services_.events.log(
        ports::Level::warning, "problems_unheard",
        opens ? "monitoring has problems that it never told of; they are taken as alerts now"
              : "monitoring has problems that it never told of; does it send them here?",
        {{"source", source},
         {"count", std::to_string(unheard.size())},
         {"problems", examples(unheard)}}
    );
}

void StateCheck::failed(const std::string& source, const Error& error) {
    services_.metrics.count("state_checks_total", {{"source", source}, {"result", "failed"}});
    if (failing_.insert(source).second) {
        services_.events.log(
            ports::Level::warning, "state_check_failed",
            "monitoring cannot be asked what it says now; nothing is concluded from that",
            {{"source", source}, {"error", describe(error)}}
        );
    }
}

}  // namespace alert_bridge::core
