// SPDX-License-Identifier: MIT
#include "sim_glpi.hpp"

#include <algorithm>
#include <utility>

namespace alert_bridge::simulation {

namespace {

constexpr Duration kTimeOut{30'000};
constexpr std::int64_t kOwnEntity = 1;

Error error(ErrorClass kind, const char* code) {
    return Error{kind, code, "simulated"};
}

}  // namespace

SimGlpi::SimGlpi(VirtualTime& time, Trouble& trouble, Trace& trace, Duration quarantine)
    : time_(time),
      trouble_(trouble),
      trace_(trace),
      quarantine_(quarantine),
      tree_({{0, -1, "Root", "Root", "", ""}, {kOwnEntity, 0, "ACME", "Root > ACME", "", ""}}) {}

// ---- What becomes of one request ----------------------------------------------------------------

SimGlpi::Course SimGlpi::draw_away(bool is_write) {
    Course course;
    course.answered = trouble_.random.between(Duration(1), Duration(3'000));
    if (trouble_.random.chance(0.2)) {
        course.fate = Fate::lost;
        course.answered = kTimeOut;
        course.error = error(is_write ? ErrorClass::uncertain : ErrorClass::later, "timeout");
    } else {
        course.fate = Fate::not_sent;
        course.error = error(ErrorClass::later, "connect_refused");
    }
    return course;
}

SimGlpi::Course SimGlpi::draw(bool is_write) {
    Random& random = trouble_.random;
    const Rates& rates = trouble_.rates;
    if (trouble_.glpi_is_away()) {
        return draw_away(is_write);
    }
    Course course;
    const Duration slowest = random.chance(rates.slow) ? Duration(25'000) : Duration(300);
    course.arrives = random.between(Duration(1), slowest);
    course.answered = *course.arrives + random.between(Duration(1), Duration(100));
    if (random.chance(rates.not_sent)) {
        course.fate = Fate::not_sent;
        course.arrives.reset();
        const bool relogin = random.chance(0.2);
        course.error = error(
            relogin ? ErrorClass::relogin : ErrorClass::later,
            relogin ? "ERROR_SESSION_TOKEN_INVALID" : "connect_refused"
        );
    } else if (random.chance(rates.lost)) {
        course.fate = Fate::lost;
        course.arrives.reset();
        course.answered = random.between(Duration(1), kTimeOut);
        course.error = error(is_write ? ErrorClass::uncertain : ErrorClass::later, "timeout");
    } else if (is_write && random.chance(rates.answer_lost)) {
        course.fate = Fate::answer_lost;
        course.error = error(ErrorClass::uncertain, "connection_lost");
    } else if (is_write && random.chance(rates.late)) {
        course.fate = Fate::late;
        const Duration hidden = quarantine_ - trouble_.search_lag;
        course.answered = random.between(Duration(1), kTimeOut);
        course.arrives = course.answered + random.between(Duration(1), hidden * 9 / 10);
        course.error = error(ErrorClass::uncertain, "timeout");
    } else if (is_write && random.chance(rates.refused)) {
        course.fate = Fate::refused;
        course.arrives.reset();
        course.error = error(ErrorClass::refused, "ERROR_BAD_ARRAY");
    } else if (is_write && random.chance(rates.add_error)) {
        course.fate = Fate::add_error;
        if (random.chance(0.5)) {
            course.arrives.reset();
        }
        course.error = error(ErrorClass::uncertain, "ERROR_GLPI_ADD");
    }
    return course;
}

// A crash point before the request, one after it was handed over, one when the answer is there.
SimGlpi::Task<std::int64_t> SimGlpi::exchange(
    std::string what, std::string reference, bool is_write, Write write
) {
    if (trouble_.crash_here("before a request")) {
        co_await time_.for_ever();
    }
    const Course course = draw(is_write);
    const bool is_known = is_write && !reference.empty();
    if (is_known) {
        note_sending(reference);
    }
    trace_.line(
        time_.now(), "glpi: " + what + " " + reference + " -> " +
                         (course.error ? describe(*course.error) : std::string("well")) +
                         (course.arrives ? "" : ", never carried out")
    );
    auto outcome = std::make_shared<std::optional<Result<std::int64_t>>>();
    if (course.arrives) {
        time_.after(*course.arrives, [write, outcome, what, reference, this] {
            *outcome = write();
            trace_.line(time_.now(), "glpi: carried out " + what + " " + reference);
        });
    }
    if (trouble_.crash_here("after a request left")) {
        co_await time_.for_ever();
    }
    co_await time_.sleep(course.answered);
    if (trouble_.crash_here("before an answer is used")) {
        co_await time_.for_ever();
    }
    if (is_known && (!course.error || course.error->kind != ErrorClass::uncertain)) {
        sent_[reference].unclear = false;
    }
    if (course.error) {
        if (course.fate == Fate::not_sent) {
            connection_failed();
        }
        co_return *course.error;
    }
    co_return **outcome;
}

void SimGlpi::note_sending(const std::string& reference) {
    Sent& sent = sent_[reference];
    if (sent.unclear && !sent.looked_for) {
        trace_.violation(
            time_.now(),
            "a write was repeated without a look-up after an unclear outcome: " + reference
        );
    }
    sent = {true, false};
}

void SimGlpi::connection_failed() {
    if (breaker && well_) {
        well_ = false;
        trace_.line(time_.now(), "glpi: taken for away");
        probe();
    }
}

void SimGlpi::probe() {
    time_.after(trouble_.random.between(Duration(1'000), Duration(30'000)), [this] {
        if (well_) {
            return;  // the process that wanted to know is gone
        }
        if (trouble_.glpi_is_away()) {
            probe();
            return;
        }
        well_ = true;
        last_away_ = time_.now();
        trace_.line(time_.now(), "glpi: back");
        if (on_back) {
            on_back();
        }
    });
}

void SimGlpi::forget() {
    remembered_hosts_.clear();
    tree_known_ = false;
    well_ = true;
    last_away_ = {};
    for (auto& [id, ticket] : tickets) {
        ticket.end_seen.reset();
    }
}

// ---- Writes -------------------------------------------------------------------------------------

SimGlpi::Task<std::int64_t> SimGlpi::open(domain::NewTicket ticket) {
    std::string reference = ticket.reference;
    Write write = [this, ticket = std::move(ticket)] { return store_ticket(ticket); };
    if (posts_twice) {
        time_.after(Duration(1), [write] { (void)write(); });
    }
    return exchange("open", std::move(reference), true, std::move(write));
}

Result<std::int64_t> SimGlpi::store_ticket(const domain::NewTicket& ticket) {
    for (const auto& [id, other] : tickets) {
        if (!other.purged && other.reference == ticket.reference) {
            trace_.violation(
                time_.now(), "a second ticket with the reference of ticket " + std::to_string(id)
            );
        }
    }
    SimTicket& made = tickets[++last_id_];
    made.id = last_id_;
    made.reference = ticket.reference;
    made.priority = ticket.urgency;
    made.created = time_.now();
    note_change(made, false);
    return made.id;
}

SimTicket* SimGlpi::ticket_to_write(std::int64_t id) {
    const auto found = tickets.find(id);
    return found == tickets.end() || found->second.purged ? nullptr : &found->second;
}

WallTime SimGlpi::viewed(std::int64_t ticket_id) const {
    const auto found = tickets.find(ticket_id);
    return found == tickets.end() ? WallTime() : found->second.viewed;
}

SimGlpi::Task<std::int64_t> SimGlpi::add_followup(ports::TimelineEntry entry) {
    std::string reference = entry.reference;
    const WallTime seen = viewed(entry.ticket_id);
    Write write = [this, seen, entry = std::move(entry)] {
        return store_entry(entry, false, seen);
    };
    return exchange("follow-up", std::move(reference), true, std::move(write));
}

// Quietly is in two steps, as the gateway does it: the text, unless it is there, then the status.
SimGlpi::Task<std::int64_t> SimGlpi::add_solution(ports::TimelineEntry entry) {
    const WallTime seen = viewed(entry.ticket_id);
    std::int64_t id = 0;
    if (!entry.notify) {
        std::string reference = entry.reference;
        const Result<std::int64_t> found =
            co_await find_solution(entry.ticket_id, std::move(reference));
        if (!found) {
            co_return found.error();
        }
        id = *found;
    }
    if (id == 0) {
        std::string reference = entry.reference;
        Write write = [this, seen, entry] { return store_entry(entry, true, seen); };
        const Result<std::int64_t> made =
            co_await exchange("solution", std::move(reference), true, std::move(write));
        if (!made) {
            co_return made.error();
        }
        id = *made;
    }
    if (!entry.notify) {
        ports::TicketChange solved;
        solved.ticket_id = entry.ticket_id;
        solved.status = 5;
        Write write = [this, seen, solved] { return store_change(solved, seen); };
        std::string nothing;
        const Result<std::int64_t> changed =
            co_await exchange("solved", std::move(nothing), true, std::move(write));
        if (!changed) {
            co_return changed.error();
        }
    }
    co_return id;
}

Result<std::int64_t> SimGlpi::store_entry(
    const ports::TimelineEntry& entry, bool is_solution, WallTime seen
) {
    SimTicket* ticket = ticket_to_write(entry.ticket_id);
    if (ticket == nullptr) {
        return error(ErrorClass::refused, "ERROR_ITEM_NOT_FOUND");
    }
    for (const SimEntry& other : ticket->entries) {
        if (other.reference == entry.reference) {
            trace_.violation(
                time_.now(),
                "written twice on ticket " + std::to_string(ticket->id) + ": " + entry.reference
            );
        }
    }
    ticket->entries.push_back({note_change(*ticket, false), entry.reference, is_solution});
    if (is_solution && entry.notify) {
        solve(*ticket, seen);
    }
    if (entry.reopen && ticket->status == 5) {
        ticket->reopened_by[entry.reference] =
            ticket->solved_by_us ? WallTime::min() : ticket->end_seen.value_or(WallTime::max());
        ticket->end_seen.reset();
        ticket->status = 2;
        ticket->solved_by_us = false;
    }
    return last_id_;
}

void SimGlpi::solve(SimTicket& ticket, WallTime seen) {
    const auto known = [seen](const std::optional<WallTime>& done) { return done && *done < seen; };
    // Whoever reopened what the bridge solved lets it solve again what comes afterwards.
    const bool is_touched =
        !ticket.reopened && (known(ticket.written_on) || known(ticket.status_set));
    const bool is_taken =
        known(ticket.taken) || is_touched || (ticket.status == 4 && known(ticket.status_set));
    if (ticket.status < 5 && untouched_only && is_taken) {
        trace_.violation(
            time_.now(), "solved out of a person's hands: ticket " + std::to_string(ticket.id)
        );
    }
    if (ticket.status < 5) {
        ticket.status = 5;
        ticket.solved_by_us = true;
    }
}

std::int64_t SimGlpi::note_change(SimTicket& ticket, bool by_person) {
    ticket.changed = time_.now();
    ticket.changed_by_person = by_person;
    ticket.newest_row = ++last_id_;
    return ticket.newest_row;
}

SimGlpi::Task<void> SimGlpi::change(ports::TicketChange change) {
    const WallTime seen = viewed(change.ticket_id);
    Write write = [this, seen, change] { return store_change(change, seen); };
    std::string nothing;
    const Result<std::int64_t> changed =
        co_await exchange("change", std::move(nothing), true, std::move(write));
    if (!changed) {
        co_return changed.error();
    }
    co_return Result<void>();
}

Result<std::int64_t> SimGlpi::store_change(const ports::TicketChange& change, WallTime seen) {
    SimTicket* ticket = ticket_to_write(change.ticket_id);
    if (ticket == nullptr) {
        return error(ErrorClass::refused, "ERROR_ITEM_NOT_FOUND");
    }
    // A worse problem may raise what a person had set before.
    const bool set_by_person = ticket->priority_set && *ticket->priority_set < seen;
    const bool may_raise = people_reopen && change.urgency > ticket->priority;
    if (change.urgency != 0 && set_by_person && !may_raise) {
        trace_.violation(
            time_.now(), "a person's priority was changed: ticket " + std::to_string(ticket->id)
        );
    }
    note_change(*ticket, false);
    if (change.urgency != 0) {
        ticket->priority = change.urgency;
    }
    const bool status_by_person = ticket->status_set && *ticket->status_set < seen;
    if (change.status == 5) {
        solve(*ticket, seen);
    } else if (change.status != 0) {
        if (status_by_person) {
            trace_.violation(
                time_.now(), "a person's status was changed: ticket " + std::to_string(ticket->id)
            );
        }
        ticket->status = change.status;
    }
    return 1;
}

SimGlpi::Task<void> SimGlpi::link(std::int64_t ticket_id, std::int64_t other_ticket_id) {
    Write write = [this, ticket_id, other_ticket_id]() -> Result<std::int64_t> {
        if (ticket_to_write(ticket_id) == nullptr || ticket_to_write(other_ticket_id) == nullptr) {
            return error(ErrorClass::uncertain, "ERROR_GLPI_ADD");
        }
        return 1;
    };
    std::string nothing;
    const Result<std::int64_t> linked =
        co_await exchange("link", std::move(nothing), true, std::move(write));
    if (!linked) {
        co_return linked.error();
    }
    co_return Result<void>();
}

}  // namespace alert_bridge::simulation
