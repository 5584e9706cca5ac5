// SPDX-License-Identifier: MIT
// GLPI's answers: what they mean (glpi/wire) and what their rows say (glpi/rows). A write that
// nobody understood is uncertain, and a read never is; whatever a server says, what we tell of it
// is one short, clean line.
#include <array>
#include <nlohmann/json.hpp>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/ticket.hpp"
#include "alert_bridge/glpi/reply.hpp"
#include "alert_bridge/glpi/rows.hpp"
#include "alert_bridge/glpi/wire.hpp"
#include "support.hpp"
#include "targets.hpp"

namespace {

using namespace alert_bridge;
using fuzz::Bytes;
using fuzz::require;
using glpi::Effect;

constexpr const char* kReference = "GAB-0123456789ABCDEFGHJKMNPQRS";
constexpr std::int64_t kOwnUser = 7;
constexpr std::size_t kMaxCode = 64;       // "ERROR_SESSION_TOKEN_INVALID" has 27
constexpr std::size_t kMaxMessage = 3000;  // bytes of two cut texts and our own words

net::HttpResponse response_from(Bytes& bytes) {
    constexpr std::array kStatuses{200, 201, 206, 207, 301, 400, 401, 404, 413, 429, 500, 503};
    constexpr std::array kTypes{
        "application/json; charset=UTF-8", "application/json", "text/html; charset=UTF-8", ""};
    net::HttpResponse response;
    response.status = kStatuses[bytes.below(kStatuses.size())];
    response.headers = {{"Content-Type", kTypes[bytes.below(kTypes.size())]}};
    response.headers.push_back({"Content-Range", bytes.text()});
    response.headers.push_back({"Location", bytes.text()});
    response.body = bytes.rest();
    return response;
}

bool is_clean_line(const std::string& text) {
    return drop_controls(repair_utf8(text)) == text && text.find_first_of("\n\t") == text.npos;
}

void check_error(const Error& error, int status, Effect effect) {
    const bool said_yes = status >= 200 && status < 300;
    const bool uncertain = error.kind == ErrorClass::uncertain;
    if (effect != Effect::write) {
        require(!uncertain, "a read leaves nothing uncertain", describe(error));
        require(!said_yes || error.kind == ErrorClass::later, "a read of nonsense comes later");
    } else {
        require(!said_yes || uncertain, "a write without a clear answer is uncertain");
        require(
            error.kind != ErrorClass::later || status == 429, "only a limiter puts a write off",
            describe(error)
        );
    }
    require(is_clean_line(error.code), "a code is one clean line", error.code);
    require(error.code.size() <= kMaxCode, "a code is short", error.code);
    require(is_clean_line(error.message), "a message is one clean line", error.message);
    require(error.message.size() <= kMaxMessage, "a message is bounded", error.message);
}

void check_rows(const nlohmann::json& body) {
    domain::TicketView ticket = glpi::ticket_view(body);
    require(ticket.exists && ticket.id >= 0, "a row is a ticket");
    glpi::add_people(ticket, body, kOwnUser);
    const bool person = ticket.taken_by_person || ticket.written_on_by_person ||
                        ticket.priority_set_by_person || ticket.status_set_by_person;
    require(!person || body.is_structured(), "people are found in rows only");
    require(is_clean_line(ticket.last_person), "a name is one clean line", ticket.last_person);
    for (const std::int64_t id : glpi::ids_with_reference(body, 21, kReference)) {
        require(id > 0, "ids are positive");
    }
    require(glpi::id_with_reference(body, kReference) >= 0, "an id is not negative");
    domain::Operation operation;
    for (const auto kind :
         {domain::OperationKind::followup, domain::OperationKind::update,
          domain::OperationKind::solve, domain::OperationKind::reopen}) {
        operation.kind = kind;
        const domain::Review review = domain::review(operation, ticket);
        const bool writes = review.verdict == domain::Review::Verdict::proceed;
        require(!writes || !ticket.deleted, "nothing is written to a deleted ticket");
    }
}

void check_texts(const std::string& text) {
    require(glpi::decode_entities(escape_html(text)) == text, "what was escaped decodes", text);
    require(glpi::decode_entities(text).size() <= text.size(), "decoding only shortens", text);
    require(
        !glpi::is_database_busy(text) || glpi::is_sql_text(text), "a busy database speaks SQL", text
    );
    (void)glpi::is_person(text, kOwnUser);
}

}  // namespace

void fuzz::glpi_answer(std::string_view input) {
    Bytes bytes(input);
    const auto expect = bytes.one_of(glpi::Expect::session);
    const auto effect = bytes.one_of(Effect::login);
    const net::HttpResponse response = response_from(bytes);
    const auto reply = glpi::classify(response, expect, effect);
    if (reply) {
        require(response.status / 100 == 2, "success has a status of success");
        require(reply->total >= -1, "a total is a number");
        check_rows(reply->body);
        (void)glpi::dump(reply->body);
    } else {
        check_error(reply.error(), response.status, effect);
    }
    check_texts(response.body);
}
