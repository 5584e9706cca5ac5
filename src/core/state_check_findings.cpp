// SPDX-License-Identifier: MIT
// StateCheck: what follows from a look: ends that nobody told of, and problems never heard of.
#include <algorithm>
#include <iterator>
#include <utility>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/core/state_check.hpp"

namespace alert_bridge::core {

namespace asio = boost::asio;
using ports::ProblemNow;

namespace {

constexpr std::size_t kAlertsAtOnce = 100;
constexpr std::size_t kExamples = 5;

std::string examples(const std::vector<domain::Alert>& alerts) {
    std::vector<std::string> names;
    for (std::size_t at = 0; at < std::min(kExamples, alerts.size()); ++at) {
        names.push_back(alerts[at].host.name + ": " + one_line(alerts[at].problem_name));
    }
    return join(names, "; ");
}

}  // namespace

// Which of the known problems are over, by their places.
std::vector<std::size_t> StateCheck::over_now(
    const std::string& source, const Problems& known, const std::vector<ProblemNow>& states,
    WallTime as_of
) {
    const std::map<std::string, WallTime> before = std::exchange(missing_[source], {});
    unsure_.erase(source);
    std::vector<std::size_t> over;
    for (std::size_t at = 0; at < known.size(); ++at) {
        const ProblemNow now = states[at];
        const bool is_in_doubt = now == ProblemNow::failing || now == ProblemNow::unknown ||
                                 known[at].heard_at > as_of - kSettle;
        if (is_in_doubt) {
            continue;
        }
        bool is_over = now == ProblemNow::ok;
        if (!is_over) {
            const std::string name = known[at].problem_key + "|" + known[at].episode;
            const auto found = before.find(name);
            const WallTime since = found == before.end() ? as_of : found->second;
            missing_[source][name] = since;
            is_over = as_of - since >= kSettle;
        }
        if (is_over) {
            over.push_back(at);
        } else {
            unsure_.insert(source);
        }
    }
    return over;
}

asio::awaitable<void> StateCheck::settle_known(
    std::string source, Problems known, std::vector<ProblemNow> states, Picture picture
) {
    const std::vector<std::size_t> over = over_now(source, known, states, picture.as_of);
    const auto unclear = std::count(states.begin(), states.end(), ProblemNow::unknown);
    Alerts ends;
    for (const std::size_t at : over) {
        const bool is_ok = states[at] == ProblemNow::ok || picture.is_list;
        domain::Alert end = co_await end_of(source, known[at], is_ok);
        ends.push_back(std::move(end));
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
    std::string source, ports::OpenProblem problem, bool is_ok
) {
    auto last = co_await services_.store.last_alert(problem.problem_key, problem.episode);
    domain::Alert end;
    if (last && *last) {
        end = **last;
    } else {
        end.problem_name = problem.problem_name;
        end.host.name = domain::parts_of_key(problem.problem_key).first;
    }
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

}  // namespace alert_bridge::core
