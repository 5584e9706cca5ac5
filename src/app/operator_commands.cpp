// SPDX-License-Identifier: MIT
#include "alert_bridge/app/operator_commands.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "alert_bridge/app/admin_client.hpp"
#include "alert_bridge/app/table.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/pattern.hpp"

namespace alert_bridge::app {
namespace {

using nlohmann::json;

// One column of a listing: its title and the key of its value.
struct Shown {
    Column column;
    const char* key;
};

const std::vector<Shown>& columns_of(const std::string& what) {
    static const Shown id{{"ID", true}, "id"}, name{{"ID"}, "id"}, state{{"STATE"}, "state"},
        kind{{"KIND"}, "kind"}, ticket{{"TICKET", true}, "ticket"},
        host{{"HOST", false, true}, "host"}, problem{{"PROBLEM", false, true}, "problem"},
        tries{{"TRIES", true}, "attempts"}, why{{"WHY", false, true}, "last_error"},
        source{{"SOURCE", false, true}, "source"}, reason{{"REASON", false, true}, "reason"};
    static const std::map<std::string, std::vector<Shown>> all{
        {"dead", {id, kind, ticket, host, problem, {{"SINCE"}, "created_at"}, tries, why}},
        {"outbox",
         {id,
          state,
          kind,
          ticket,
          host,
          problem,
          {{"NEXT"}, "due_at"},
          {{"WAITS FOR", true}, "waits_for"},
          tries,
          why}},
        {"incidents",
         {name,
          state,
          ticket,
          {{"SEVERITY"}, "severity"},
          host,
          problem,
          {{"ENTITY", false, true}, "entity"},
          {{"SINCE"}, "created_at"},
          {{"OPEN", true}, "open_episodes"},
          {{"OWED", true}, "owed"}}},
        {"storms",
         {name,
          state,
          ticket,
          {{"ENTITY", false, true}, "entity"},
          {{"SINCE"}, "created_at"},
          {{"MEMBERS", true}, "members"},
          {{"FAILING", true}, "failing"}}},
        {"sessions",
         {{{"SERVER", false, true}, "server"},
          {{"HEALTH"}, "health"},
          {{"BREAKER"}, "breaker"},
          {{"SESSION"}, "state"},
          {{"OPENED"}, "opened_at"},
          {{"LOGINS", true}, "logins"},
          why}},
        {"quarantine",
         {id, source, {{"RECEIVED"}, "received_at"}, reason, {{"BODY", false, true}, "body"}}},
        {"unmatched",
         {source, host, {{"ALERTS", true}, "count"}, {{"LAST SEEN"}, "last_seen"}, reason}},
        {"episodes",
         {state,
          {{"SEVERITY"}, "severity"},
          problem,
          {{"STARTED"}, "started_at"},
          {{"ENDED"}, "ended_at"},
          {{"REPEATS", true}, "repeats"}}},
        {"operations", {id, kind, state, {{"NEXT"}, "due_at"}, tries, why}},
    };
    return all.at(what);
}

std::string cell(const json& row, const char* key) {
    const auto found = row.find(key);
    if (found == row.end() || found->is_null()) {
        return "-";
    }
    if (found->is_string()) {
        const auto& text = found->get_ref<const std::string&>();
        return text.empty() ? "-" : text;
    }
    const bool is_no_ticket = std::string_view(key) == "ticket" && *found == 0;
    return is_no_ticket ? "-" : found->dump();
}

void print(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

std::string table_text(const json& rows, const std::string& what) {
    const std::vector<Shown>& shown = columns_of(what);
    std::vector<Column> columns;
    for (const Shown& one : shown) {
        columns.push_back(one.column);
    }
    Table table(std::move(columns));
    for (const json& row : rows) {
        std::vector<std::string> cells;
        for (const Shown& one : shown) {
            cells.push_back(cell(row, one.key));
        }
        table.add(std::move(cells));
    }
    const std::size_t width = terminal_width();
    return table.text(width, width > 0);
}

std::string as_line(const json& row) {
    return row.dump(-1, ' ', true, json::error_handler_t::replace) + "\n";
}

// Everything about one row: a line a value, tables for what there are several of.
std::string sheet(const json& row) {
    std::size_t widest = 0;
    for (const auto& [key, value] : row.items()) {
        widest = value.is_array() ? widest : std::max(widest, key.size());
    }
    std::string lines;
    std::string tables;
    for (const auto& [key, value] : row.items()) {
        if (value.is_array()) {
            tables += "\n" + key + "\n" + table_text(value, key);
            continue;
        }
        std::string text = drop_controls(repair_utf8(cell(row, key.c_str())));
        std::string indented;
        for (const char letter : text) {
            indented += letter;
            if (letter == '\n') {
                indented.append(widest + 2, ' ');
            }
        }
        lines += key + std::string(widest + 2 - key.size(), ' ') + indented + "\n";
    }
    return lines + tables;
}

const char* nothing(const OperatorCommand& command) {
    return command.filters.empty() ? "nothing there\n" : "nothing there that fits\n";
}

bool failed(const json& answer) {
    return answer.at("status") != 200;
}

int tell_failure(const std::string& about, const json& answer) {
    const std::string why = one_line(answer.value("error", "status " + answer.at("status").dump()));
    std::fprintf(stderr, "glpi-alert-bridge: %s: %s\n", about.c_str(), why.c_str());
    return EXIT_FAILURE;
}

bool passes(const json& row, const std::map<std::string, domain::Pattern>& filters) {
    return std::all_of(filters.begin(), filters.end(), [&row](const auto& filter) {
        return filter.second.matches(cell(row, filter.first.c_str()));
    });
}

std::map<std::string, domain::Pattern> compiled(const OperatorCommand& command) {
    std::map<std::string, domain::Pattern> filters;
    for (const auto& [key, glob] : command.filters) {
        // Texts and globs always compile.
        auto pattern = domain::Pattern::compile(domain::TextPattern::of(glob));
        filters.emplace(key, std::move(pattern).value());
    }
    return filters;
}

// Calls `use` with each row that passes the filters, as page for page comes; false: told already.
bool each_row(
    const AdminClient& daemon, const OperatorCommand& command, json body,
    const std::function<void(const json&)>& use
) {
    const std::string& what = command.what;
    const auto filters = compiled(command);
    for (;;) {
        const std::optional<json> answer = daemon.ask("/" + what + "/list", body);
        if (!answer) {
            return false;
        }
        if (failed(*answer)) {
            tell_failure(what, *answer);
            return false;
        }
        for (const json& row : answer->at("rows")) {
            if (passes(row, filters)) {
                use(row);
            }
        }
        if (!answer->contains("next")) {
            return true;
        }
        body["after"] = answer->at("next");
    }
}

int list(const AdminClient& daemon, const OperatorCommand& command) {
    json rows = json::array();
    const auto use = [&](const json& row) {
        if (command.json) {
            print(as_line(row));
        } else {
            rows.push_back(row);
        }
    };
    json body = json::object();
    body["ended"] = command.all;
    if (!each_row(daemon, command, std::move(body), use)) {
        return EXIT_FAILURE;
    }
    if (command.json) {
        return EXIT_SUCCESS;
    }
    if (rows.empty()) {
        print(nothing(command));
        return EXIT_SUCCESS;
    }
    print(table_text(rows, command.what));
    if (terminal_width() > 0 && (command.what == "dead" || command.what == "quarantine")) {
        std::fprintf(
            stderr, "next: glpi-alert-bridge %s show|retry|discard ID\n", command.what.c_str()
        );
    }
    return EXIT_SUCCESS;
}

int show(const AdminClient& daemon, const OperatorCommand& command) {
    json body = json::object();
    body["id"] = command.ids.front();
    const std::optional<json> answer = daemon.ask("/" + command.what + "/show", body);
    if (!answer) {
        return EXIT_FAILURE;
    }
    if (failed(*answer)) {
        return tell_failure(command.what, *answer);
    }
    print(command.json ? as_line(answer->at("row")) : sheet(answer->at("row")));
    return EXIT_SUCCESS;
}

// Retry or discard.
int settle(const AdminClient& daemon, const OperatorCommand& command) {
    std::vector<std::string> ids = command.ids;
    const auto use = [&ids](const json& row) { ids.push_back(cell(row, "id")); };
    if (command.all && !each_row(daemon, command, json::object(), use)) {
        return EXIT_FAILURE;
    }
    int status = EXIT_SUCCESS;
    for (const std::string& id : ids) {
        json body = json::object();
        body["id"] = id;
        body["reason"] = command.reason;
        std::optional<json> answer = daemon.ask("/" + command.what + "/" + command.action, body);
        if (!answer) {
            return EXIT_FAILURE;
        }
        (*answer)["id"] = id;
        if (command.json) {
            print(as_line(*answer));
        } else if (!failed(*answer)) {
            print(command.what + " " + id + ": " + one_line(cell(*answer, "result")) + "\n");
        } else {
            tell_failure(command.what + " " + id, *answer);
        }
        status = failed(*answer) ? EXIT_FAILURE : status;
    }
    if (ids.empty() && !command.json) {
        print(nothing(command));
    }
    return status;
}

}  // namespace

int operator_command(const Options& options) {
    const OperatorCommand& command = options.operate;
    const std::optional<std::string> socket = admin_socket(options);
    if (!socket) {
        return EXIT_FAILURE;
    }
    const AdminClient daemon(*socket);
    if (command.action == "list") {
        return list(daemon, command);
    }
    return command.action == "show" ? show(daemon, command) : settle(daemon, command);
}

}  // namespace alert_bridge::app
