// SPDX-License-Identifier: MIT
#include "monitoring.hpp"

#include <algorithm>
#include <charconv>

namespace alert_bridge::simulation {

using domain::Alert;
using domain::AlertKind;
using domain::Severity;

namespace {

constexpr int kHosts = 6;
constexpr Duration kSenderPatience{30'000};

Severity any_severity(Random& random) {
    constexpr Severity kAll[] = {
        Severity::warning, Severity::average, Severity::average, Severity::high,
        Severity::disaster};
    return kAll[random.index(std::size(kAll))];
}

}  // namespace

Monitoring::Monitoring(VirtualTime& time, Trouble& trouble, Duration length)
    : time_(time), trouble_(trouble), length_(length) {}

void Monitoring::plan(int problems) {
    for (int number = 0; number < problems; ++number) {
        plan_problem(number);
    }
}

void Monitoring::plan_problem(int number) {
    Random& random = trouble_.random;
    const bool nagios = random.chance(0.5);
    const WallTime end = time_.now() + length_;
    WallTime at = time_.now() + random.between(Duration(1'000), length_);
    for (int episode = 1; at < end; ++episode) {
        Occurrence occurrence;
        occurrence.problem_key = (nagios ? "nagios/" : "zabbix/") + std::to_string(number);
        occurrence.host = "host" + std::to_string(number % kHosts);
        occurrence.is_whole_problem = nagios;
        occurrence.is_host = knows_hosts && number < kHosts;
        occurrence.severity = any_severity(random);
        occurrence.begun = at;
        occurrence.episode = std::to_string(nagios ? episode : ++last_event_);
        if (!random.chance(0.25)) {
            const Duration longest = random.chance(0.5) ? Duration(60'000) : Duration(1'200'000);
            occurrence.over = at + random.between(Duration(2'000), longest);
        }
        plan_occurrence(occurrence, end);
        const bool goes_on = !occurrence.over || *occurrence.over > end;
        occurrences.push_back(occurrence);
        if (goes_on || random.chance(0.5)) {
            return;
        }
        at = *occurrence.over + random.between(Duration(1'000), Duration(900'000));
    }
}

void Monitoring::plan_occurrence(Occurrence& occurrence, WallTime until) {
    occurrence.problem_alert =
        send(alert(occurrence, AlertKind::problem, occurrence.begun), occurrence.begun);
    add_news(occurrence, occurrence.begun, std::min(occurrence.over.value_or(until), until));
    if (occurrence.over && *occurrence.over <= until) {
        occurrence.recovery_alert =
            send(alert(occurrence, AlertKind::recovery, *occurrence.over), *occurrence.over);
    } else {
        occurrence.over.reset();
    }
}

void Monitoring::add_news(const Occurrence& occurrence, WallTime from, WallTime to) {
    Random& random = trouble_.random;
    for (auto left = random.between(0, 3); left > 0 && to - from > Duration(2'000); --left) {
        from += random.between(Duration(1'000), to - from - Duration(1'000));
        constexpr AlertKind kKinds[] = {
            AlertKind::update, AlertKind::problem, AlertKind::acknowledgement};
        const AlertKind kind = kKinds[random.index(std::size(kKinds))];
        Alert news = alert(occurrence, kind, from);
        if (kind == AlertKind::update && random.chance(0.5)) {
            news.severity = any_severity(random);
            news.severity_changed = true;
        }
        if (kind == AlertKind::problem) {
            news.is_repeat = true;
            news.text = random.chance(0.3) ? "something else" : news.text;
        }
        (void)send(std::move(news), from);
    }
}

Alert Monitoring::alert(const Occurrence& occurrence, AlertKind kind, WallTime when) {
    Alert result;
    const bool ok = kind == AlertKind::recovery;
    result.kind = kind;
    result.state = ok ? domain::ProblemState::ok : domain::ProblemState::failing;
    result.severity = occurrence.severity;
    result.problem_key = occurrence.problem_key;
    result.episode = occurrence.episode;
    if (occurrence.is_whole_problem) {
        result.order = {to_unix_ms(when) / 1000, ++last_event_};
    } else {
        // Zabbix numbers events: news of a problem carry the problem's number.
        result.order.major = ok ? ++last_event_ : std::stoll(occurrence.episode);
    }
    result.host.name = occurrence.host;
    result.host_problem = occurrence.is_host;
    result.whole_problem = occurrence.is_whole_problem;
    result.problem_name = occurrence.problem_key + " is failing";
    result.text = "it does not answer";
    result.started_at = occurrence.begun;
    return result;
}

std::size_t Monitoring::send(Alert alert, WallTime when) {
    Random& random = trouble_.random;
    const std::size_t number = postings.size();
    alert.idempotency_key = std::to_string(number);
    postings.push_back({std::move(alert), false, {}});
    const bool late = random.chance(trouble_.rates.reordered);
    const Duration way = random.between(Duration(10), late ? Duration(90'000) : Duration(1'500));
    time_.at(when + way, [this, number] { deliver(number); });
    if (random.chance(trouble_.rates.repeated)) {
        const Duration again = way + random.between(Duration(0), Duration(120'000));
        time_.at(when + again, [this, number] { (void)post(number); });
    }
    return number;
}

void Monitoring::deliver(std::size_t number) {
    if (postings[number].accepted) {
        return;
    }
    const bool taken = post(number);
    const Duration pause = taken ? kSenderPatience : Duration(5'000);
    const Duration more = trouble_.random.between(Duration(0), Duration(10'000));
    time_.after(pause + more, [this, number] { deliver(number); });
}

Result<ports::Decoded> Monitoring::decode(std::string_view body, WallTime now) const {
    std::size_t number = 0;
    (void)std::from_chars(body.data(), body.data() + body.size(), number);
    ports::Decoded decoded;
    decoded.alerts.push_back(postings.at(number).alert);
    decoded.alerts.back().received_at = now;
    return decoded;
}

void Monitoring::answered(std::size_t number, const core::IntakeAnswer& answer) {
    if (answer.status == core::IntakeAnswer::Status::accepted) {
        postings[number].accepted = true;
        postings[number].receipt = answer.alerts.front().id;
    }
}

std::size_t Monitoring::not_accepted() const {
    return static_cast<std::size_t>(std::count_if(
        postings.begin(), postings.end(), [](const Posting& posting) { return !posting.accepted; }
    ));
}

}  // namespace alert_bridge::simulation
