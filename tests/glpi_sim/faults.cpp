// SPDX-License-Identifier: MIT
#include "faults.hpp"

#include <regex.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "api.hpp"
#include "params.hpp"
#include "text.hpp"

namespace glpi_sim {

namespace {

constexpr std::array<const char*, 21> kActions = {
    "html_200",
    "empty_200",
    "html_500",
    "commit_then_500",
    "commit_then_reset",
    "commit_then_hang",
    "reset_before",
    "sql_400_stored",
    "maintenance",
    "empty_session_token",
    "slow",
    "bad_app_token",
    "session_lost",
    "half_answer",
    "http_502",
    "sql_400",
    "update_needed",
    "not_configured",
    "sql_500",
    "link_missing",
    "refused"};

Response bad_gateway() {
    Response out;
    out.status = 502;
    out.is_api = true;
    out.headers.emplace_back("Content-Type", "text/html");
    out.body =
        "<html>\n<head><title>502 Bad Gateway</title></head>\n<body>\n<center><h1>502 Bad "
        "Gateway</h1></center>\n<hr><center>nginx/1.22.1</center>\n</body>\n</html>\n";
    return out;
}

// GLPI 10 prints the database's complaint before its own array; GLPI 11 shows a page.
Response sql_error(const World& world, const std::string& method) {
    if (world.major != 10)
        return html_answer(500, "Error");
    const std::string complaint = "Lock wait timeout exceeded; try restarting transaction";
    Response out =
        error_answer(world, method, {500, "ERROR_SQL", "Unexpected SQL Error : " + complaint});
    out.body.insert(0, complaint);
    return out;
}

// What a lock in the middle of a request leaves behind on GLPI 10: a ticket without its assets.
void drop_links(World& world, const Response& answer) {
    Json made;
    if (answer.status != 201 || !parse_json_body(answer.body, made) || !made.is_object())
        return;
    Table& table = world.table("Item_Ticket");
    for (const Id id : table.of_ticket(to_int(at_or_null(made, "id"))))
        table.erase(id);
}

// A POSIX extended regular expression; std::regex sets off false warnings in sanitised builds.
class Pattern {
  public:
    explicit Pattern(const std::string& text) {
        if (regcomp(&compiled_, text.c_str(), REG_EXTENDED | REG_NOSUB) != 0)
            throw std::runtime_error("bad pattern '" + text + "'");
    }
    ~Pattern() { regfree(&compiled_); }
    Pattern(const Pattern&) = delete;
    Pattern& operator=(const Pattern&) = delete;

    bool matches(const std::string& text) const {
        return regexec(&compiled_, text.c_str(), 0, nullptr, 0) == 0;
    }

  private:
    regex_t compiled_{};
};

bool is_login(const Request& request) {
    const std::vector<std::string> path = path_segments(request.target);
    return !path.empty() && path.back() == "initSession";
}

void drop_session(World& world, const Request& request) {
    world.sessions.erase(request.header("Session-Token"));
}

}  // namespace

FaultRule* matching_fault(World& world, const Request& request) {
    const std::string path = request.target.substr(0, request.target.find('?'));
    for (FaultRule& rule : world.faults) {
        if (rule.count >= 0 && rule.fired >= rule.count)
            continue;
        if (!rule.method.empty() && rule.method != request.method)
            continue;
        if (!rule.path.empty() && !Pattern(rule.path).matches(path))
            continue;
        if (rule.action == "empty_session_token" && !is_login(request))
            continue;
        const double dice = static_cast<double>(world.random() >> 11U) * 0x1.0p-53;
        if (dice >= rule.probability)
            continue;
        ++rule.fired;
        return &rule;
    }
    return nullptr;
}

bool fault_instead(World& world, const FaultRule& rule, const Request& request, Response& out) {
    const std::string& action = rule.action;
    if (action == "html_200") {
        out = html_answer(200, "Mysql Error");
    } else if (action == "empty_200") {
        out = html_answer(200, "");
    } else if (action == "html_500") {
        out = html_answer(500, "Error");
    } else if (action == "maintenance") {
        out = html_answer(200, "MAINTENANCE MODE");
    } else if (action == "update_needed") {
        out = html_answer(200, "Update needed");
    } else if (action == "not_configured") {
        out = html_answer(200, "GLPI seems to not be configured properly.");
    } else if (action == "sql_500") {
        out = sql_error(world, request.method);
    } else if (action == "http_502") {
        out = bad_gateway();
    } else if (action == "reset_before") {
        out.ending = Ending::reset;
        out.is_api = true;
    } else if (action == "bad_app_token") {
        out = error_answer(
            world, request.method,
            {400, "ERROR_WRONG_APP_TOKEN_PARAMETER", "parameter app_token seems wrong", true}
        );
    } else if (action == "session_lost") {
        drop_session(world, request);
        out = error_answer(
            world, request.method,
            {401, "ERROR_SESSION_TOKEN_INVALID", "session_token seems invalid"}
        );
    } else if (action == "sql_400") {
        out = error_answer(
            world, request.method,
            {400, "ERROR_GLPI_ADD",
             "MySQL query error: Deadlock found when trying to get lock (1213)"}
        );
    } else if (action == "refused") {
        out = error_answer(world, request.method, {400, "ERROR_GLPI_ADD", ""});
    } else {
        return false;
    }
    out.delay_ms = rule.delay_ms;
    return true;
}

void fault_afterwards(World& world, const FaultRule& rule, const Request& request, Response& out) {
    const std::string& action = rule.action;
    if (action == "commit_then_500")
        out = html_answer(500, "Error");
    else if (action == "commit_then_reset")
        out.ending = Ending::reset;
    else if (action == "commit_then_hang")
        out.ending = Ending::hang;
    else if (action == "half_answer")
        out.ending = Ending::half;
    else if (action == "empty_session_token")
        out.body = R"({"session_token":""})";
    else if (action == "link_missing")
        drop_links(world, out);
    else if (action == "sql_400_stored")
        out = error_answer(
            world, request.method,
            {400, "ERROR_GLPI_ADD",
             "MySQL query error: Lock wait timeout exceeded; try restarting transaction (1205)"}
        );
    out.delay_ms += rule.delay_ms;
}

void add_faults(World& world, const Json& body) {
    for (const Json& given : elements(at_or_null(body, "rules"))) {
        FaultRule rule;
        rule.action = scalar_text(at_or_null(given, "action"));
        if (std::find(kActions.begin(), kActions.end(), rule.action) == kActions.end())
            throw std::runtime_error("unknown action '" + rule.action + "'");
        const Json& match = at_or_null(given, "match");
        rule.method = scalar_text(at_or_null(match, "method"));
        rule.path = scalar_text(at_or_null(match, "path"));
        rule.count = given.value("count", 1);
        rule.probability = given.value("probability", 1.0);
        rule.delay_ms = given.value("delay_ms", 0);
        const Pattern check(rule.path);
        world.faults.push_back(std::move(rule));
    }
}

Json faults_json(const World& world) {
    Json rules = Json::array();
    for (const FaultRule& rule : world.faults) {
        Json shown = {{"match", {{"method", rule.method}, {"path", rule.path}}}};
        shown["action"] = rule.action;
        shown["count"] = rule.count;
        shown["probability"] = rule.probability;
        shown["delay_ms"] = rule.delay_ms;
        shown["fired"] = rule.fired;
        rules.push_back(std::move(shown));
    }
    return Json{{"rules", std::move(rules)}};
}

}  // namespace glpi_sim
