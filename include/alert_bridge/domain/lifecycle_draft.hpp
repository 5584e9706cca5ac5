// SPDX-License-Identifier: MIT
//
// Draft: the decision while lifecycle works on it. Holds working copies of the incident and its
// episodes, collects operations and timers, renders their texts, and hands out the Decision.
// Internal to src/domain/lifecycle*.cpp.
// Thread rule: a local of one decide() call. Tests: through tests/unit/domain/lifecycle_test.cpp
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/domain/lifecycle.hpp"

namespace alert_bridge::domain {

// Why an incident ended, where a later decision asks for it.
inline constexpr std::string_view kTicketDeleted = "ticket deleted";
// OperationContent::event of the report of an outage.
inline constexpr std::string_view kOutageEvent = "outage";

// Of the ticket's asset, for rules about this alert; null when it is another host's.
[[nodiscard]] const AssetDetails* details_for(const Incident& incident, const Alert& alert);

class Draft {
  public:
    Draft(const LifecycleContext& context, const Snapshot& known, WallTime now);

    [[nodiscard]] const Snapshot& known() const noexcept { return known_; }
    [[nodiscard]] WallTime now() const noexcept { return now_; }
    [[nodiscard]] const LifecycleContext& context() const noexcept { return context_; }

    // The incident in question; Requires: has_incident().
    [[nodiscard]] Incident& incident() noexcept { return *incident_; }
    [[nodiscard]] bool has_incident() const noexcept { return incident_.has_value(); }
    // Requires: the present incident, if there is one, has ended.
    // What is still open goes on in the new one.
    void start_incident(Incident incident);
    // Ends the present incident and continues its open episodes in a new one that links to its
    // ticket. The new ticket tells of the newest problem that was to reopen the old one.
    void succeed(std::string_view end_reason, bool link);
    // Of the reopenings that are not done yet, the newest whose problem goes on; null: there is
    // none.
    [[nodiscard]] const Alert* newest_beginning() const;

    // What is still open belongs to no incident any more: its next notice may open a ticket.
    void release_episodes();
    // Episodes of the incident, and others that this decision touches.
    [[nodiscard]] Episode* find_episode(std::string_view problem_key, std::string_view episode);
    Episode& put_episode(Episode episode);
    void end_episode(Episode& episode, EpisodeState how, WallTime when);
    // Every open episode of the problem has recovered; false: there was none.
    bool end_all_of(std::string_view problem_key, WallTime when);
    [[nodiscard]] std::vector<std::string> open_problem_names() const;
    [[nodiscard]] bool any_open() const;  // of the incident's; requires has_incident()
    // The newest news say that the problem goes on, but opened nothing: an acknowledgement, say,
    // that overtook the notice of its problem.
    [[nodiscard]] bool misses_problem() const;
    [[nodiscard]] const std::vector<Episode>& episodes() const noexcept { return episodes_; }

    // Opens the ticket if `due` has come, else holds it until then. While later news wait in the
    // journal it is held for a moment more: a recovery may be among them.
    enum class Opening { held, opened, sheltered };
    [[nodiscard]] Opening open_or_hold(WallTime due);
    // Opens the ticket, or goes under another incident where the host is down or a budget is spent.
    [[nodiscard]] Opening open_or_shelter();
    // Of a sheltered incident that became more urgent: leaves for a ticket of its own when its
    // priority is exempt, else its umbrella gets the priority.
    [[nodiscard]] Opening reconsider_shelter();
    // Of a sheltered incident: opens its ticket like any other, held while maintenance holds it.
    [[nodiscard]] Opening leave_shelter();
    // As those above, and a reason for people: the one given, or what the other incident is.
    [[nodiscard]] Decision finish_opening(
        Opening opening, std::string_view opened, std::string_view held
    );

    // When a ticket on hold opens: it has lasted for long enough, and no maintenance holds it.
    [[nodiscard]] WallTime opening_due() const;
    // A ticket that exists and waits for the end of maintenance goes on with what is open now.
    [[nodiscard]] Decision resume();
    // Of a ticket that exists: nothing waits for the end of maintenance any more.
    void stop_waiting_for_maintenance();
    // A new problem of a ticket that is over waits for the end of maintenance.
    [[nodiscard]] bool waits_for_maintenance() const;
    // The timer that gives the ticket up when nothing more is heard of it.
    void watch_expiry(WallTime since);
    // What the rules say now of an alert of this ticket. Those about the asset are asked if it is
    // of the host that the ticket's asset stands for.
    [[nodiscard]] Plan plan_now(const Alert& alert) const;
    // The policy, as far as the ticket is still the bridge's own: one that people merged it into is
    // told, neither solved nor given another priority.
    [[nodiscard]] OnRecovery on_recovery() const;
    [[nodiscard]] OnSeverityChange on_severity_change() const;
    // Timer `expire`.
    [[nodiscard]] Decision expire();
    // A person has solved or closed the ticket although its problem goes on: nothing but what
    // DESIGN names reopens it. Requires: has_incident().
    [[nodiscard]] bool is_ended_by_people() const noexcept { return incident_->ticket.ended != 0; }
    [[nodiscard]] bool is_closed_by_people() const noexcept;
    // `status` is GLPI's number of solved or closed.
    void note_ended_by_people(int status);
    // It goes on: reopened by whomever, or about to be.
    void forget_ended_by_people();

    // Owed writes. `event` names why, for texts, logs and metrics.
    void owe_open();
    void owe_followup(
        std::string_view event, const Alert& alert, std::string_view old_severity = {}
    );
    void owe_reopen(std::string_view event, const Alert& alert);
    void owe_priority(const Priority& priority);
    void owe_solution(std::string_view event, const Alert& alert);
    // Takes back what was never attempted; true when there was such an operation.
    bool withdraw(OperationKind kind, std::string_view reason);
    void skip_unfinished(std::int64_t except_id, std::string_view reason);
    void update_operation(Operation operation);
    // As given; for texts that are not made from one alert.
    void owe(OperationKind kind, OperationContent content);

    // Timer `members`: the parent's ticket tells of its members; an umbrella ends when all have.
    [[nodiscard]] Decision tell_of_members();
    [[nodiscard]] Decision solve_umbrella();
    // Timer `shelter`: leaves its parent for a ticket of its own when that is over.
    [[nodiscard]] Decision leave_or_stay();
    // Tells the senders of all open problems of the incident; nothing while there is no ticket.
    void tell_monitoring(TicketNews news);
    void tell_monitoring(TicketNews news, const Episode& episode);

    // The problem came and went while GLPI was away, and its ticket, or that of the host that it
    // was to be told on, was never tried.
    [[nodiscard]] bool may_fold(WallTime away_until) const;
    // Ends the incident so. Requires: may_fold().
    [[nodiscard]] Decision fold();

    // GLPI refused the opening for good: what waits behind it can never be sent.
    [[nodiscard]] bool open_is_dead() const noexcept;
    // So, and the problem is over: one that comes back has nothing to go on with.
    [[nodiscard]] bool is_lost_cause() const noexcept;
    // Ends an incident that is over and whose opening is dead, with all that waits behind it. The
    // dead opening stays for the operator to see.
    void bury();

    void set_timer(TimerKind kind, WallTime due_at);
    void cancel_timer(TimerKind kind);
    void end_incident(std::string_view reason);
    void set_problem(Problem problem);
    // Requires: set_problem() was called.
    [[nodiscard]] Problem& problem() noexcept { return *decision_.problem; }
    // Sets the timer that ends the flapping of the incident, or takes it back.
    void watch_flaps();

    // Gives away what the draft holds: nothing may be asked of it afterwards.
    [[nodiscard]] Decision finish(Verdict verdict, std::string reason);

  private:
    void take_over_episodes(const std::string& incident_id);
    // Of whom it is under: the host that is down, the umbrella; none: it has its own ticket.
    struct Shelter {
        std::optional<Incident> parent;  // empty: a new umbrella
        MemberEvent why = MemberEvent::storm;
        bool overall = false;  // the umbrella over all entities
    };
    [[nodiscard]] std::optional<Shelter> shelter() const;
    void go_under(Shelter shelter);
    [[nodiscard]] Incident new_umbrella(bool overall);
    void link_earlier_tickets();
    void raise_parent(Incident& parent);
    [[nodiscard]] WallTime storm_over() const;
    [[nodiscard]] bool owes_report() const;
    void owe_report();
    void owe_of(const Incident& incident, OperationKind kind, OperationContent content);
    void begin_with(Incident& next, const Alert& alert) const;
    [[nodiscard]] TextContext text_context(std::string_view event, const Alert& alert) const;
    [[nodiscard]] OperationContent text(
        std::string_view event, const Alert& alert, TemplatePart part, bool notify
    ) const;

    const LifecycleContext& context_;
    const Snapshot& known_;
    WallTime now_;
    std::optional<Incident> incident_;
    std::vector<Episode> episodes_;
    std::vector<bool> touched_;
    Decision decision_;
};

// "2d 3h", "1h 13m", "12s"
[[nodiscard]] std::string human_duration(Duration duration);

}  // namespace alert_bridge::domain
