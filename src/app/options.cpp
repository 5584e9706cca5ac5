// SPDX-License-Identifier: MIT
#include "alert_bridge/app/options.hpp"

#include <CLI/CLI.hpp>
#include <memory>

namespace alert_bridge::app {
namespace {

void add_config(CLI::App* command, Options& options) {
    command->add_option("-c,--config", options.config, "configuration file")->capture_default_str();
}

// What one of the operator's commands can do beside `list`.
struct Seat {
    const char* what;
    const char* about;
    bool has_show;
    bool settles;  // retry and discard
};

constexpr Seat kSeats[] = {
    {"dead", "writes that GLPI refused for good: list, show, retry, discard", true, true},
    {"quarantine", "bodies that could not be read: list, show, retry, discard", true, true},
    {"outbox", "writes that are owed to GLPI: list, show", true, false},
    {"incidents", "problems and their tickets: list, show", true, false},
    {"unmatched", "hosts that no GLPI asset was found for", false, false},
};

// An action of a command; its ids and options go into `options` when it is the one that is asked.
CLI::App* add_action(CLI::App* seat, const char* name, const char* about, Options& options) {
    CLI::App* const action = seat->add_subcommand(name, about);
    action->fallthrough();
    action->callback([&options, name] { options.operate.action = name; });
    return action;
}

void add_settling(CLI::App* seat, Options& options) {
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
        CLI::Option* const ids = action->add_option("ID", operate.ids, "ids, as `list` shows them");
        CLI::Option* const all = action->add_flag("--all", operate.all, "every row of the list");
        ids->excludes(all);
        if (std::string_view(name) == "discard") {
            action->add_option("--reason", operate.reason, "why, for the log");
        }
    }
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
    command->add_option("--socket", operate.socket, "the daemon's admin socket");
    command->add_flag("--json", operate.json, "one JSON object a line");
    CLI::App* const list = add_action(command, "list", "what there is (the default)", options);
    if (std::string_view(seat.what) == "incidents") {
        list->add_flag("--all", operate.all, "ended ones too");
    }
    if (seat.has_show) {
        CLI::App* const show = add_action(command, "show", "everything about one", options);
        show->add_option("ID", operate.ids, "id, as `list` shows it")->required()->expected(1);
    }
    if (seat.settles) {
        add_settling(command, options);
    }
}

void add_explain(CLI::App& app, Options& options) {
    ExplainCommand& explain = options.explain;
    CLI::App* const command = app.add_subcommand(
        "explain", "what would become of an alert, and why; sends nothing, stores nothing"
    );
    command->callback([&options] { options.command = Command::explain; });
    add_config(command, options);
    command->add_option("--source", explain.source, "the source that sent it");
    command->add_option("PAYLOAD", explain.payload, "a body (file, - for standard input), or an id")
        ->required();
    command->add_option("--socket", explain.socket, "the daemon's admin socket");
    command->add_flag("--offline", explain.offline, "do not ask GLPI");
    command->add_flag("--json", explain.json, "one JSON object");
}

void add_test_rules(CLI::App& app, Options& options) {
    CLI::App* const command = app.add_subcommand(
        "test-rules", "try the rules on the cases of section `tests`; asks nobody, needs no secrets"
    );
    command->callback([&options] { options.command = Command::test_rules; });
    add_config(command, options);
    command->add_option("CASES", options.test_rules.file, "a file of cases instead");
}

void add_replay(CLI::App& app, Options& options) {
    ReplayCommand& replay = options.replay;
    CLI::App* const command = app.add_subcommand(
        "replay", "stored alerts on a new configuration: the difference in tickets; sends nothing"
    );
    command->callback([&options] { options.command = Command::replay; });
    command->add_option("-c,--config", options.config, "the new configuration file")->required();
    command->add_option("--present", replay.present, "the one it is compared with")
        ->capture_default_str();
    command->add_option("--since", replay.since, "how far back, like 12h or 7d")
        ->capture_default_str();
    command->add_option("--socket", replay.socket, "the daemon's admin socket");
    command->add_flag("--json", replay.json, "one JSON object a line, the figures last");
}

void add_send(CLI::App& app, Options& options) {
    SendOptions& send = options.send;
    CLI::App* const command = app.add_subcommand(
        "send", "for Nagios and Icinga 2: hand one alert to a bridge, or keep it until that works"
    );
    command->callback([&options] { options.command = Command::send; });
    command->add_option("-c,--config", send.config, std::string("settings file; ") + kSendConfig);
    CLI::Option* const flush =
        command->add_flag("--flush", send.flush, "only send what waits (for a timer)");
    CLI::Option* const set = command->add_option(
        "--set", send.set, "NAME=VALUE: a field, beside NAGIOS_… and ICINGA_… of the environment"
    );
    set->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command->add_option("--body", send.body, "file with the whole JSON body; - for the input")
        ->excludes(set)
        ->excludes(flush);
    set->excludes(flush);
    command->add_option("--url", send.url, "address of the bridge");
    command->add_option(
        "--source", send.source, "name of the source in the bridge's configuration"
    );
    command->add_option("--token-file", send.token_file, "file with the bearer token");
    command->add_option("--hmac-key-file", send.hmac_key_file, "file with the signing key");
    command->add_option("--ca-file", send.ca_file, "authorities for https (PEM)");
    command->add_option("--spool", send.spool, "folder of what waits");
    command->add_option("--timeout", send.timeout, "for one request, e.g. 5s");
}

}  // namespace

std::variant<Options, int> parse_command_line(int argc, const char* const* argv) {
    Options options;
    CLI::App app{"Turns monitoring alerts into GLPI tickets."};
    app.name("glpi-alert-bridge");
    app.set_version_flag("--version", std::string("glpi-alert-bridge ") + BRIDGE_VERSION);
    app.require_subcommand(1);

    CLI::App* const run = app.add_subcommand("run", "run the daemon");
    add_config(run, options);
    run->add_flag(
        "--adopt-glpi", options.adopt_glpi,
        "the GLPI in the configuration replaces the one that the stored ticket numbers belong to"
    );
    CLI::App* const check =
        app.add_subcommand("check", "check the configuration and print every mistake");
    add_config(check, options);
    check->callback([&options] { options.command = Command::check; });
    CLI::App* const health =
        app.add_subcommand("health", "ask the running daemon whether it is alive (for containers)");
    add_config(health, options);
    health->callback([&options] { options.command = Command::health; });
    for (const Seat& seat : kSeats) {
        add_seat(app, seat, options);
    }
    add_explain(app, options);
    add_test_rules(app, options);
    add_replay(app, options);
    add_send(app, options);
    try {
        app.parse(argc, argv);
        const OperatorCommand& operate = options.operate;
        const bool settles = operate.action == "retry" || operate.action == "discard";
        if (settles && operate.ids.empty() && !operate.all) {
            throw CLI::RequiredError(operate.action + ": an ID, or --all");
        }
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    }
    return options;
}

}  // namespace alert_bridge::app
