// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>

#include "alert_bridge/app/option_parts.hpp"
#include "alert_bridge/base/text.hpp"

namespace alert_bridge::app {
namespace {

// What one of the operator's commands can do beside `list`.
struct Seat {
    const char* what;
    const char* about;
    bool has_show;
    bool settles;         // retry and discard
    const char* filters;  // "a|b": keys of its rows; "a=b": option --a for the key b
};

constexpr Seat kSeats[] = {
    {"dead", "writes that GLPI refused for good: list, show, retry, discard", true, true,
     "kind|source|host|entity"},
    {"quarantine", "bodies that could not be read: list, show, retry, discard", true, true,
     "source|why=reason"},
    {"outbox", "writes that are owed to GLPI: list, show", true, false,
     "kind|state|source|host|entity"},
    {"incidents", "problems and their tickets: list, show", true, false,
     "state|severity|source|host|entity"},
    {"storms", "more problems than tickets: one ticket for many", false, false, "state|entity"},
    {"unmatched", "hosts that no GLPI asset was found for", false, false, "source|host"},
    {"sessions", "the API session in GLPI, the connections and the breaker", false, false, ""},
};

// An action of a command; its ids and options go into `options` when it is the one that is asked.
CLI::App* add_action(CLI::App* seat, const char* name, const char* about, Options& options) {
    CLI::App* const action = seat->add_subcommand(name, about);
    action->fallthrough();
    action->callback([&options, name] { options.operate.action = name; });
    return action;
}

using Filters = std::vector<CLI::Option*>;

// Which rows: an id says it already.
CLI::Option* add_ids(CLI::App* action, const Filters& filters, Options& options) {
    CLI::Option* const ids =
        action->add_option("ID", options.operate.ids, "ids, as `list` shows them");
    for (CLI::Option* filter : filters) {
        ids->excludes(filter);
    }
    return ids;
}

void add_settling(CLI::App* seat, const Filters& filters, Options& options) {
    OperatorCommand& operate = options.operate;
    const struct {
        const char* name;
        const char* about;
    } actions[] = {
        {"retry", "try again what was repaired; what may have reached GLPI is looked for first"},
        {"discard", "give up for good"},
    };
    for (const auto& [name, about] : actions) {
        CLI::App* const action = add_action(seat, name, about, options);
        CLI::Option* const all = action->add_flag("--all", operate.all, "every row of the list");
        add_ids(action, filters, options)->excludes(all);
        if (std::string_view(name) == "discard") {
            action->add_option("--reason", operate.reason, "why, for the log");
        }
    }
}

Filters add_filters(CLI::App* command, const Seat& seat, OperatorCommand& operate) {
    Filters filters;
    const std::string_view all(seat.filters);
    for (const std::string& filter : all.empty() ? std::vector<std::string>() : split(all, "|")) {
        const std::string name = filter.substr(0, filter.find('='));
        const std::string key = filter.substr(filter.find('=') + 1);
        const auto keep = [&operate, key](const std::string& glob) { operate.filters[key] = glob; };
        filters.push_back(command->add_option_function<std::string>(
            "--" + name, keep, "only rows with this " + key + "; * and ? stand for any letters"
        ));
    }
    return filters;
}

void add_seat(CLI::App& app, const Seat& seat, Options& options) {
    OperatorCommand& operate = options.operate;
    CLI::App* const command = app.add_subcommand(seat.what, seat.about);
    command->require_subcommand(0, 1);
    command->callback([&options, what = seat.what] {
        options.command = Command::operate;
        options.operate.what = what;
    });
    add_config(command, options);
    command->add_option("--socket", operate.socket, "the daemon's admin socket")->type_name("PATH");
    command->add_flag("--json", operate.json, "one JSON object a line");
    CLI::App* const list = add_action(command, "list", "what there is (the default)", options);
    const Filters filters = add_filters(command, seat, operate);
    const std::string_view what(seat.what);
    if (what == "incidents" || what == "storms") {
        list->add_flag("--all", operate.all, "ended ones too");
    }
    if (seat.has_show) {
        CLI::App* const show = add_action(command, "show", "everything about one", options);
        add_ids(show, filters, options)->required()->expected(1);
    }
    if (seat.settles) {
        add_settling(command, filters, options);
    }
}

}  // namespace

void add_operator_commands(CLI::App& app, Options& options) {
    for (const Seat& seat : kSeats) {
        add_seat(app, seat, options);
    }
}

}  // namespace alert_bridge::app
