// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/legacy_gateway.hpp"

#include <algorithm>

#include "alert_bridge/base/id.hpp"
#include "alert_bridge/glpi/payload.hpp"
#include "alert_bridge/glpi/reply.hpp"
#include "alert_bridge/glpi/rows.hpp"

namespace alert_bridge::glpi {
namespace {

using domain::TicketStatus;
using ports::Level;

constexpr Duration kClockMargin{3'600'000};
constexpr std::int64_t kPageRows = 200;
constexpr int kMaxPages = 50;

std::string range_of(int page) {
    const std::int64_t first = page * kPageRows;
    return "range=" + std::to_string(first) + "-" + std::to_string(first + kPageRows - 1) +
           "&get_hateoas=false";
}

Call read_call(std::string label, std::string path, Expect expect) {
    Call call;
    call.label = std::move(label);
    call.path = std::move(path);
    call.expect = expect;
    return call;
}

Call write_call(
    std::string label, net::Method method, std::string path, std::string body, Expect expect
) {
    Call call;
    call.label = std::move(label);
    call.method = method;
    call.path = std::move(path);
    call.body = std::move(body);
    call.expect = expect;
    call.effect = Effect::write;
    return call;
}

std::string ticket_path(std::int64_t id) {
    return "/Ticket/" + std::to_string(id);
}

// Ids come from GLPI or the store; a wrong one would turn a read of one ticket into a list.
Error no_ticket_id() {
    return Error{ErrorClass::refused, "no_ticket_id", "the ticket's number is not known"};
}

bool is_last_page(const Reply& reply, int page) {
    const auto rows = static_cast<std::int64_t>(reply.body.size());
    const bool told = reply.total >= 0 && (page + 1) * kPageRows >= reply.total;
    return rows < kPageRows || told;
}

bool is_end_of_list(const Error& error) {
    return error.code == "ERROR_RANGE_EXCEED_TOTAL";
}

}  // namespace

ports::ServiceDesk::Task<std::int64_t> LegacyGateway::create(
    std::string label, std::string path, std::string body
) {
    Call call = write_call(
        std::move(label), net::Method::post, std::move(path), std::move(body), Expect::created
    );
    const Result<Reply> reply = co_await pool_.call(std::move(call));
    if (!reply) {
        co_return reply.error();
    }
    co_return number_in(reply->body, "id");
}

ports::ServiceDesk::Task<std::int64_t> LegacyGateway::open(domain::NewTicket ticket) {
    const Result<Server> server = co_await pool_.connected();
    if (!server) {
        co_return server.error();
    }
    std::string body = new_ticket_body(ticket, server->major, options_.time_zone);
    co_return co_await create("POST Ticket", "/Ticket", std::move(body));
}

ports::ServiceDesk::Task<domain::TicketView> LegacyGateway::view(
    std::int64_t ticket_id, ports::TicketDetail detail
) {
    if (ticket_id <= 0) {
        co_return no_ticket_id();
    }
    domain::TicketView view;
    view.id = ticket_id;
    std::string path = ticket_path(ticket_id) + "?get_hateoas=false";
    Call call = read_call("GET Ticket", std::move(path), Expect::object);
    const Result<Reply> reply = co_await pool_.call(std::move(call));
    if (!reply) {
        if (reply.error().code == "ERROR_ITEM_NOT_FOUND") {
            co_return view;
        }
        co_return reply.error();
    }
    view = ticket_view(reply->body);
    if (view.id != ticket_id || view.status == 0) {
        co_return Error{ErrorClass::later, "unexpected_answer", "GLPI told of another ticket"};
    }
    if (detail == ports::TicketDetail::people) {
        const Result<void> read = co_await read_log(view);
        if (!read) {
            co_return read.error();
        }
    }
    co_return view;
}

// Requires: `view` outlives the call.
ports::ServiceDesk::Task<void> LegacyGateway::read_log(domain::TicketView& view) {
    const std::int64_t own = pool_.server().user_id;
    for (int page = 0; page < kMaxPages; ++page) {
        std::string path = ticket_path(view.id) + "/Log?" + range_of(page);
        Call call = read_call("GET Ticket/Log", std::move(path), Expect::list);
        const Result<Reply> reply = co_await pool_.call(std::move(call));
        if (!reply) {
            if (is_end_of_list(reply.error())) {
                break;
            }
            if (reply.error().kind != ErrorClass::refused) {
                co_return reply.error();
            }
            assume_people(view);
            seams_.events.log(
                Level::warning, "glpi_log_unreadable",
                "the ticket's log may not be read; nothing on it is overruled",
                {{"ticket", std::to_string(view.id)}, {"error", describe(reply.error())}}
            );
            break;
        }
        add_people(view, reply->body, own);
        if (is_last_page(*reply, page)) {
            break;
        }
    }
    co_return Result<void>();
}

ports::ServiceDesk::Task<std::int64_t> LegacyGateway::add_followup(ports::TimelineEntry entry) {
    if (entry.ticket_id <= 0) {
        co_return no_ticket_id();
    }
    std::string body = followup_body(entry);
    co_return co_await create("POST ITILFollowup", "/ITILFollowup", std::move(body));
}

ports::ServiceDesk::Task<std::int64_t> LegacyGateway::add_solution(ports::TimelineEntry entry) {
    if (entry.ticket_id <= 0) {
        co_return no_ticket_id();
    }
    if (!entry.notify) {
        co_return co_await solve_quietly(std::move(entry));
    }
    std::string body = solution_body(entry);
    const Result<std::int64_t> made =
        co_await create("POST ITILSolution", "/ITILSolution", std::move(body));
    if (!made) {
        const Error refused = made.error();
        co_return co_await unless_over(entry.ticket_id, refused);
    }
    co_return made;
}

// The solution first, without its effect on the status; then the status, without mail. A call that
// is repeated after a doubtful outcome finds its own solution and only sets the status.
ports::ServiceDesk::Task<std::int64_t> LegacyGateway::solve_quietly(ports::TimelineEntry entry) {
    // This read also proves that the ticket is there: GLPI 10 solves what is not with a 201.
    std::string reference = entry.reference;
    Result<std::int64_t> solution =
        co_await find_in_timeline("ITILSolution", entry.ticket_id, std::move(reference));
    if (!solution) {
        co_return solution.error();
    }
    if (*solution == 0) {
        std::string body = solution_body(entry);
        solution = co_await create("POST ITILSolution", "/ITILSolution", std::move(body));
        if (!solution) {
            const Error refused = solution.error();
            co_return co_await unless_over(entry.ticket_id, refused);
        }
    }
    ports::TicketChange solved;
    solved.ticket_id = entry.ticket_id;
    solved.status = static_cast<int>(TicketStatus::solved);
    const Result<void> changed = co_await change(solved);
    if (!changed) {
        co_return changed.error();
    }
    co_return *solution;
}

// "Already solved" comes translated; the ticket itself tells.
ports::ServiceDesk::Task<std::int64_t> LegacyGateway::unless_over(
    std::int64_t ticket_id, Error error
) {
    if (error.code == "ERROR_GLPI_ADD") {
        const Result<domain::TicketView> now = co_await view(ticket_id, ports::TicketDetail::plain);
        if (now && domain::is_over(*now)) {
            co_return 0;
        }
    }
    co_return error;
}

ports::ServiceDesk::Task<void> LegacyGateway::change(ports::TicketChange change) {
    if (change.ticket_id <= 0) {
        co_return no_ticket_id();
    }
    Call call = write_call(
        "PUT Ticket", net::Method::put, ticket_path(change.ticket_id), change_body(change),
        Expect::updated
    );
    const Result<Reply> reply = co_await pool_.call(std::move(call));
    if (!reply) {
        co_return reply.error();
    }
    co_return Result<void>();
}

ports::ServiceDesk::Task<void> LegacyGateway::link(
    std::int64_t ticket_id, std::int64_t other_ticket_id
) {
    if (ticket_id <= 0 || other_ticket_id <= 0) {
        co_return no_ticket_id();
    }
    std::string body = link_body(ticket_id, other_ticket_id);
    const Result<std::int64_t> made =
        co_await create("POST Ticket_Ticket", "/Ticket_Ticket", std::move(body));
    if (!made && made.error().code == "ERROR_GLPI_ADD") {
        // A link that is there already and one that failed look alike.
        const Result<std::int64_t> links = co_await links_between(ticket_id, other_ticket_id);
        if (links && *links > 0) {
            co_return Result<void>();
        }
    }
    if (!made) {
        co_return made.error();
    }
    co_return Result<void>();
}

ports::ServiceDesk::Task<std::int64_t> LegacyGateway::links_between(
    std::int64_t ticket_id, std::int64_t other_ticket_id
) {
    for (int turn = 0; turn < 2; ++turn) {
        std::string path = "/Ticket_Ticket?searchText[tickets_id_1]=%5E" +
                           std::to_string(ticket_id) + "%24&searchText[tickets_id_2]=%5E" +
                           std::to_string(other_ticket_id) + "%24&range=0-9&get_hateoas=false";
        Call call = read_call("GET Ticket_Ticket", std::move(path), Expect::list);
        const Result<Reply> reply = co_await pool_.call(std::move(call));
        if (!reply) {
            co_return reply.error();
        }
        for (const auto& row : reply->body) {
            if (number_in(row, "tickets_id_1") == ticket_id &&
                number_in(row, "tickets_id_2") == other_ticket_id) {
                co_return 1;
            }
        }
        std::swap(ticket_id, other_ticket_id);
    }
    co_return 0;
}

ports::ServiceDesk::Task<std::vector<std::int64_t>> LegacyGateway::search(
    std::string body, int column, std::string reference
) {
    Call call = read_call("POST search/Ticket", "/search/Ticket", Expect::search);
    call.method = net::Method::post;
    call.body = std::move(body);
    const Result<Reply> reply = co_await pool_.call(std::move(call));
    if (!reply) {
        co_return reply.error();
    }
    co_return ids_with_reference(reply->body, column, reference);
}

ports::ServiceDesk::Task<std::vector<std::int64_t>> LegacyGateway::find_tickets(
    std::string reference, WallTime since
) {
    if (!is_reference(reference)) {
        co_return Error{
            ErrorClass::refused, "no_reference", "not a reference: nothing to look for"};
    }
    const Result<Server> server = co_await pool_.connected();
    if (!server) {
        co_return server.error();
    }
    const Duration age = std::max(seams_.clock.now() - since, Duration(0));
    const Duration window = age + kClockMargin;
    std::vector<ReferenceField> fields{ReferenceField::content};
    if (server->major >= 11) {
        // A business rule may have replaced the content.
        fields.push_back(ReferenceField::external_id);
    }
    std::vector<std::int64_t> found;
    for (const ReferenceField field : fields) {
        for (int trash = 0; trash < 2; ++trash) {
            std::string body = reference_search_body(reference, window, field, trash == 1);
            const Result<std::vector<std::int64_t>> some =
                co_await search(std::move(body), static_cast<int>(field), reference);
            if (!some) {
                co_return some.error();
            }
            found.insert(found.end(), some->begin(), some->end());
        }
        if (!found.empty()) {
            break;
        }
    }
    // Numbers grow with time: the lowest is the oldest, whatever dates the tickets carry.
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    co_return found;
}

ports::ServiceDesk::Task<std::int64_t> LegacyGateway::find_followup(
    std::int64_t ticket_id, std::string reference
) {
    Result<std::int64_t> found =
        co_await find_in_timeline("ITILFollowup", ticket_id, std::move(reference));
    if (!found && found.error().code == "ERROR_ITEM_NOT_FOUND") {
        co_return 0;
    }
    co_return found;
}

ports::ServiceDesk::Task<std::int64_t> LegacyGateway::find_solution(
    std::int64_t ticket_id, std::string reference
) {
    Result<std::int64_t> found =
        co_await find_in_timeline("ITILSolution", ticket_id, std::move(reference));
    if (!found && found.error().code == "ERROR_ITEM_NOT_FOUND") {
        co_return 0;
    }
    co_return found;
}

ports::ServiceDesk::Task<std::int64_t> LegacyGateway::find_in_timeline(
    std::string kind, std::int64_t ticket_id, std::string reference
) {
    if (ticket_id <= 0 || reference.empty()) {
        co_return no_ticket_id();
    }
    for (int page = 0; page < kMaxPages; ++page) {
        std::string path = ticket_path(ticket_id) + "/" + kind + "?" + range_of(page);
        Call call = read_call("GET Ticket/" + kind, std::move(path), Expect::list);
        const Result<Reply> reply = co_await pool_.call(std::move(call));
        if (!reply) {
            if (is_end_of_list(reply.error())) {
                break;
            }
            co_return reply.error();
        }
        const std::int64_t id = id_with_reference(reply->body, reference);
        if (id > 0 || is_last_page(*reply, page)) {
            co_return id;
        }
    }
    co_return 0;
}

std::string LegacyGateway::ticket_url(std::int64_t ticket_id) const {
    return base_url_ + "/front/ticket.form.php?id=" + std::to_string(ticket_id);
}

}  // namespace alert_bridge::glpi
