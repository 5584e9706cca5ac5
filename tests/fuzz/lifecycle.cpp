// SPDX-License-Identifier: MIT
// The lifecycle: a sequence of alerts, timers, answers of GLPI, lost answers and outages. After
// each step the invariants of the stored state hold; at the end GLPI and monitoring get well, and
// then nothing is open, owed or waiting any more.
#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "../support/lifecycle_world.hpp"
#include "support.hpp"
#include "targets.hpp"

namespace {

using namespace test_support;
using fuzz::Bytes;
using fuzz::require;
using What = OperationResult::What;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t kMaxSteps = 60;
constexpr std::size_t kMaxClaims = 4;
constexpr std::int64_t kEntity = 3;

bool is_finished(const Operation& operation) {
    return operation.state == OperationState::done || operation.state == OperationState::skipped;
}

// The operation of the incident that may be sent next, as storage/records chooses it; null: none,
// or a dead opening holds the others.
Operation* head_of(World& world, const std::string& incident_id) {
    Operation* head = nullptr;
    const auto rank = [](const Operation& one) {
        return one.state == OperationState::sending     ? 0
               : one.state == OperationState::uncertain ? 1
                                                        : 2;
    };
    for (Operation& one : world.operations) {
        const bool passed = is_finished(one) ||
                            (one.state == OperationState::dead && one.kind != OperationKind::open);
        if (one.incident_id == incident_id && !passed &&
            (head == nullptr || rank(one) < rank(*head))) {
            head = &one;
        }
    }
    return head;
}

class Run {
  public:
    explicit Run(Bytes bytes) : bytes_(bytes) {}

    void play() {
        choose_policy();
        for (std::size_t steps = 0; !bytes_.empty() && steps < kMaxSteps; ++steps) {
            step();
            check_state();
        }
        come_to_rest();
        check_rest();
    }

  private:
    void choose_policy();
    void step();
    void send_alert();
    void claim();
    void answer();
    void crash();
    void report();
    [[nodiscard]] OperationResult result_for(const Operation& claimed);
    void check_state() const;
    void check_incident(const Incident& incident) const;
    void come_to_rest();
    void check_rest() const;

    Bytes bytes_;
    World world_;
    std::vector<Operation> claimed_;
    bool is_away_ = false;
};

void Run::choose_policy() {
    Policy& policy = world_.rules.plan.policy;
    policy.open = bytes_.one_of(Severity::high);
    policy.on_recovery = bytes_.one_of(OnRecovery::none);
    policy.on_repeat = bytes_.one_of(OnRepeat::each);
    policy.on_severity_change = bytes_.one_of(OnSeverityChange::none);
    policy.on_acknowledge = bytes_.one_of(OnAcknowledge::none);
    policy.fold = bytes_.one_of(Fold::drop);
    if (bytes_.flag()) {
        policy.group_by = {"host"};
    }
    policy.open_after[""] = minutes(bytes_.below(4));
    policy.resolve_after = minutes(bytes_.below(4));
    policy.reopen_within = hours(bytes_.below(3));
    if (bytes_.flag()) {
        world_.placement.default_entity_id = 1;
        world_.placement.default_entity_name = "Root entity";
    }
}

void Run::step() {
    constexpr std::array<alert_bridge::Duration, 6> kPauses{seconds(1),  seconds(30), minutes(2),
                                                            minutes(10), hours(2),    hours(130)};
    switch (bytes_.below(9)) {
        case 0:
        case 1:
        case 2:
            send_alert();
            break;
        case 3:
            claim();
            break;
        case 4:
            answer();
            break;
        case 5:
            world_.pass(kPauses[bytes_.below(kPauses.size())]);
            break;
        case 6:
            crash();
            break;
        case 7:
            is_away_ = !is_away_;
            world_.away_until = world_.now;
            break;
        default:
            world_.news_waiting = !world_.news_waiting && bytes_.flag();
            report();
    }
    if (is_away_) {
        world_.away_until = world_.now;
    }
}

void Run::send_alert() {
    Alert alert = world_.alert(bytes_.one_of(AlertKind::note));
    const std::uint8_t shape = bytes_.byte();
    alert.problem_key = "nagios/service/web01/" + std::to_string(shape % 3);
    alert.episode = std::to_string(shape / 3 % 4);
    alert.whole_problem = (shape & 0x40U) != 0;
    alert.is_repeat = (shape & 0x80U) != 0;
    alert.severity = bytes_.one_of(Severity::disaster);
    alert.order.major += (static_cast<std::int64_t>(bytes_.below(4)) - 2) * 60'000;
    if (bytes_.flag()) {
        alert.severity_changed = true;
        alert.text = "it got worse";
    }
    const std::size_t before = world_.incidents.size();
    world_.take(alert);
    const bool opens = world_.incidents.size() > before;
    require(!opens || alert.state != ProblemState::ok, "an end opens nothing", world_.last_reason);
}

void Run::claim() {
    if (world_.incidents.empty() || claimed_.size() >= kMaxClaims || is_away_) {
        return;
    }
    const std::string& id = world_.incidents[bytes_.below(world_.incidents.size())].id;
    Operation* head = head_of(world_, id);
    const bool ready = head != nullptr && (head->state == OperationState::due ||
                                           head->state == OperationState::uncertain);
    if (!ready) {
        return;
    }
    const std::int64_t row = head->id;
    if (head->due_at > world_.now) {
        world_.pass(head->due_at - world_.now);
        head = head_of(world_, id);  // a timer may have withdrawn it
        if (head == nullptr || head->id != row) {
            return;
        }
    }
    if (head->state == OperationState::due) {
        head->state = OperationState::sending;
        head->sent_at = world_.now;
        ++head->attempts;
    } else {
        head->due_at = world_.now + minutes(2);  // the look-up's lease
    }
    claimed_.push_back(*head);
}

OperationResult Run::result_for(const Operation& claimed) {
    OperationResult result;
    result.error = {alert_bridge::ErrorClass::later, "timeout", "no answer"};
    switch (bytes_.below(8)) {
        case 0:
            result.what = What::failed;
            break;
        case 1:
            result.what = What::failed;
            result.error.kind = alert_bridge::ErrorClass::refused;
            break;
        case 2:
            result.what = What::failed;
            result.error.kind = alert_bridge::ErrorClass::uncertain;
            break;
        case 3:
            result.what = What::failed;
            result.error = {alert_bridge::ErrorClass::uncertain, "ERROR_GLPI_ADD", "no"};
            break;
        case 4:
            if (claimed.state == OperationState::uncertain) {
                result.what = What::not_found;
            }
            break;
        case 5:
            if (claimed.kind == OperationKind::reopen) {
                result.what = What::ticket_closed;
            }
            break;
        case 6:
            if (claimed.kind != OperationKind::open) {
                result.what = bytes_.flag() ? What::ticket_gone : What::skipped;
            }
            break;
        default:
            break;
    }
    if (result.what == What::done) {
        result.result_id = 100 + claimed.id;
    }
    return result;
}

void Run::answer() {
    if (claimed_.empty()) {
        return;
    }
    const auto place =
        claimed_.begin() + static_cast<std::ptrdiff_t>(bytes_.below(claimed_.size()));
    const Operation claimed = *place;
    claimed_.erase(place);
    world_.answer(claimed, result_for(claimed));
}

// The process dies: what was being sent is unclear; or a look-up outlives its lease, and its answer
// comes late.
void Run::crash() {
    for (Operation& one : world_.operations) {
        if (one.state == OperationState::sending) {
            one = after_crash(one, {}, world_.now);
        }
    }
    if (bytes_.flag()) {
        claimed_.clear();
    }
}

void Run::report() {
    if (!is_away_ && !world_.folded.empty()) {
        world_.report(kEntity);
    }
}

void Run::check_incident(const Incident& incident) const {
    int openings = 0;
    for (const Operation& one : world_.operations) {
        const bool own = one.incident_id == incident.id;
        openings += own && one.kind == OperationKind::open ? 1 : 0;
    }
    require(openings <= 1, "an incident opens one ticket");
    const bool holds = incident.state == IncidentState::holding;
    const bool owes_ticket = !holds && incident.state != IncidentState::ended;
    require(!owes_ticket || openings == 1, "an incident on the way has its opening");
    const bool any_open = std::any_of(
        world_.episodes.begin(), world_.episodes.end(),
        [&incident](const Episode& one) {
            return one.incident_id == incident.id && one.state == EpisodeState::open;
        }
    );
    // One that is over may have episodes that are too mild to count.
    const bool goes_on = holds || incident.state == IncidentState::open;
    const bool flaps = !incident.flaps.empty();
    require(!goes_on || any_open || flaps, "an incident that goes on has an open episode or flaps");
    const auto has_timer = [&](TimerKind kind) {
        return std::any_of(world_.timers.begin(), world_.timers.end(), [&](const Timer& timer) {
            return timer.incident_id == incident.id && timer.kind == kind;
        });
    };
    // A problem of one that has its ticket may wait for the end of maintenance.
    const bool may_wait = !holds && incident.plan.maintenance.has_value();
    require(may_wait || has_timer(TimerKind::hold) == holds, "hold timer");
    require(
        has_timer(TimerKind::resolve) == (incident.state == IncidentState::quiet), "resolve timer"
    );
    require(
        has_timer(TimerKind::reopen_window) == (incident.state == IncidentState::solved),
        "window timer"
    );
    require(
        incident.state != IncidentState::ended || !has_timer(TimerKind::digest), "nothing to digest"
    );
}

void Run::check_state() const {
    std::set<std::string_view> live_groups;
    std::set<std::string_view> ids;
    for (const Incident& incident : world_.incidents) {
        require(ids.insert(incident.id).second, "incidents have their own ids");
        if (incident.state != IncidentState::ended) {
            require(live_groups.insert(incident.group_key).second, "one live incident per group");
        }
        check_incident(incident);
    }
    std::set<std::string_view> references;
    for (const Operation& one : world_.operations) {
        require(alert_bridge::is_reference(one.reference), "a write has its reference");
        require(references.insert(one.reference).second, "references are never used twice");
        require(ids.count(one.incident_id) == 1, "a write belongs to an incident");
    }
    for (const Timer& timer : world_.timers) {
        require(ids.count(timer.incident_id) == 1, "a timer belongs to an incident");
    }
    for (const Episode& episode : world_.episodes) {
        require(
            episode.incident_id.empty() || ids.count(episode.incident_id) == 1,
            "an episode belongs to an incident"
        );
        require(
            episode.ended_at.has_value() == (episode.state != EpisodeState::open),
            "an episode that ended has an end"
        );
    }
}

void Run::come_to_rest() {
    crash();
    claimed_.clear();
    is_away_ = false;
    world_.news_waiting = false;
    world_.pass(minutes(2));  // no notice is ahead of what comes now
    for (std::size_t i = 0; i < world_.incidents.size(); ++i) {
        const FlapList flaps = world_.incidents[i].flaps;
        for (const Flap& flap : flaps.problems) {
            Alert stop = world_.alert(AlertKind::flapping_stop);
            stop.problem_key = flap.problem_key;
            world_.take(stop);
        }
    }
    for (std::size_t i = 0; i < world_.episodes.size(); ++i) {
        const Episode episode = world_.episodes[i];
        if (episode.state == EpisodeState::open) {
            Alert end = world_.alert(AlertKind::recovery, episode.episode);
            end.problem_key = episode.problem_key;
            world_.take(end);
        }
    }
    for (int rounds = 0; rounds < 4; ++rounds) {
        for (std::size_t i = 0; i < world_.incidents.size(); ++i) {
            const std::string id = world_.incidents[i].id;
            for (Operation* head = head_of(world_, id);
                 head != nullptr && head->state != OperationState::dead;
                 head = head_of(world_, id)) {
                OperationResult done;
                done.result_id = 100 + head->id;
                head->state = OperationState::sending;
                world_.answer(*head, done);
            }
        }
        report();
        world_.pass(hours(4));
        check_state();
    }
}

void Run::check_rest() const {
    require(world_.timers.empty(), "at rest nothing waits for a time");
    require(world_.folded.empty(), "at rest every outage is reported");
    for (const Episode& episode : world_.episodes) {
        require(episode.state != EpisodeState::open, "at rest no episode is open");
    }
    std::set<std::string_view> held;
    for (const Operation& one : world_.operations) {
        if (one.state == OperationState::dead && one.kind == OperationKind::open) {
            held.insert(one.incident_id);
        }
    }
    for (const Incident& incident : world_.incidents) {
        require(incident.state == IncidentState::ended, "at rest every incident has ended");
    }
    for (const Operation& one : world_.operations) {
        require(
            is_finished(one) || one.state == OperationState::dead ||
                held.count(one.incident_id) == 1,
            "at rest nothing is owed"
        );
    }
}

}  // namespace

void fuzz::lifecycle(std::string_view input) {
    Run(Bytes(input)).play();
}
