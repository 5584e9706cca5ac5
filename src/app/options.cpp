// SPDX-License-Identifier: MIT
#include "alert_bridge/app/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <iostream>
#include <memory>

#include "alert_bridge/app/command_info.hpp"
#include "alert_bridge/app/option_parts.hpp"
#include "alert_bridge/base/invariant.hpp"
#include "alert_bridge/base/text.hpp"

namespace alert_bridge::app {
void add_config(CLI::App* command, Options& options) {
    command->add_option("-c,--config", options.config, "configuration file")
        ->capture_default_str()
        ->type_name("FILE");
}

namespace {

void add_explain(CLI::App& app, Options& options) {
    ExplainCommand& explain = options.explain;
    CLI::App* const command = app.add_subcommand(
        "explain", "what would become of an alert, and why; sends nothing, stores nothing"
    );
    command->callback([&options] { options.command = Command::explain; });
    add_config(command, options);
    command->add_option("--source", explain.source, "the source that sent it");
    command->add_option("PAYLOAD", explain.payload, "a body (file, - for standard input), or an id")
        ->required()
        ->type_name("FILE|ID");
    command->add_option("--socket", explain.socket, "the daemon's admin socket")->type_name("PATH");
    command->add_flag("--offline", explain.offline, "do not ask GLPI");
    command->add_flag("--json", explain.json, "one JSON object");
}

void add_doctor(CLI::App& app, Options& options) {
    CLI::App* const doctor = app.add_subcommand(
        "doctor", "ask GLPI, and this machine, whether all is as the configuration wants it"
    );
    add_config(doctor, options);
    doctor->add_flag("--json", options.doctor_as_json, "one JSON object a line");
    doctor->footer("Ends with 0 when all is fine, 1 with errors, 3 with warnings only.");
    doctor->callback([&options] { options.command = Command::doctor; });
}

void add_test_rules(CLI::App& app, Options& options) {
    CLI::App* const command = app.add_subcommand(
        "test-rules", "try the rules on the cases of section `tests`; asks nobody, needs no secrets"
    );
    command->callback([&options] { options.command = Command::test_rules; });
    add_config(command, options);
    command->add_option("CASES", options.test_rules.file, "a file of cases instead")
        ->type_name("FILE");
}

void add_replay(CLI::App& app, Options& options) {
    ReplayCommand& replay = options.replay;
    CLI::App* const command = app.add_subcommand(
        "replay", "stored alerts on a new configuration: the difference in tickets; sends nothing"
    );
    command->callback([&options] { options.command = Command::replay; });
    command->add_option("-c,--config", options.config, "the new configuration file")
        ->required()
        ->type_name("FILE");
    command->add_option("--present", replay.present, "the file it is compared with")
        ->capture_default_str()
        ->type_name("FILE");
    command->add_option("--since", replay.since, "how far back, like 12h or 7d")
        ->capture_default_str();
    command->add_option("--socket", replay.socket, "the daemon's admin socket")->type_name("PATH");
    command->add_flag("--json", replay.json, "one JSON object a line, the figures last");
}

void add_send(CLI::App& app, Options& options) {
    SendOptions& send = options.send;
    CLI::App* const command = app.add_subcommand(
        "send", "for Nagios and Icinga 2: hand one alert to a bridge, or keep it until that works"
    );
    command->callback([&options] { options.command = Command::send; });
    command->add_option("-c,--config", send.config, std::string("settings file; ") + kSendConfig)
        ->type_name("FILE");
    CLI::Option* const flush =
        command->add_flag("--flush", send.flush, "only send what waits (for a timer)");
    CLI::Option* const set = command->add_option(
        "--set", send.set, "NAME=VALUE: a field, beside NAGIOS_… and ICINGA_… of the environment"
    );
    set->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command->add_option("--body", send.body, "file with the whole JSON body; - for the input")
        ->type_name("FILE")
        ->excludes(set)
        ->excludes(flush);
    set->excludes(flush);
    command->add_option("--url", send.url, "address of the bridge");
    command->add_option(
        "--source", send.source, "name of the source in the bridge's configuration"
    );
    const struct {
        const char* name;
        std::optional<std::string>& value;
        const char* about;
        const char* type;
    } paths[] = {
        {"--token-file", send.token_file, "file with the bearer token", "FILE"},
        {"--hmac-key-file", send.hmac_key_file, "file with the signing key", "FILE"},
        {"--ca-file", send.ca_file, "authorities for https (PEM)", "FILE"},
        {"--spool", send.spool, "folder of what waits", "DIR"},
    };
    for (const auto& [name, value, about, type] : paths) {
        command->add_option(name, value, about)->type_name(type);
    }
    command->add_option("--timeout", send.timeout, "for one request, e.g. 5s");
    command->footer(
        "Ends with 0 when the alert is sent or safely kept, 3 when it is kept and will not be sent "
        "until somebody mends what is told, 1 when it is neither."
    );
}

void add_limit(CLI::App* command, const char* name, Duration& limit, const char* about) {
    const auto keep = [&limit, name](const std::string& text) {
        const auto parsed = parse_duration(text);
        if (!parsed) {
            throw CLI::ValidationError(name, "a duration like 90s, 5m or 1h, not " + text);
        }
        limit = *parsed;
    };
    command->add_option_function<std::string>(name, keep, about)
        ->type_name("DURATION")
        ->default_str(format_duration(limit));
}

void add_status(CLI::App& app, Options& options) {
    CLI::App* const command = app.add_subcommand(
        "status", "how the bridge is; with --nagios a plugin of Nagios and Icinga"
    );
    command->callback([&options] { options.command = Command::status; });
    add_config(command, options);
    command->add_option("--socket", options.operate.socket, "the daemon's admin socket")
        ->type_name("PATH");
    command->add_flag("--json", options.operate.json, "one JSON object");
    command->add_flag(
        "--nagios", options.status.as_plugin,
        "one line with performance data; 1 is a warning, 2 critical, 3 unknown"
    );
    add_limit(
        command, "--warning", options.status.warning,
        "with --nagios: a write that waits for so long is a warning"
    );
    add_limit(
        command, "--critical", options.status.critical,
        "with --nagios: a write that waits for so long is critical"
    );
    command->footer(
        "Ends with 0 when alerts are taken, 1 when not; with --nagios with 0, 1, 2 or 3, as "
        "plugins "
        "do."
    );
}

// What the program tells about itself, for shells, editors and man(1).
void add_printing(CLI::App& app, Options& options) {
    app.add_subcommand("schema", "print a JSON Schema of the configuration file, for editors")
        ->callback([&options] { options.command = Command::schema; });
    const auto add = [&](const char* name, const char* about, Command command, const char* topic,
                         const std::vector<std::string>& topics) {
        CLI::App* const printing = app.add_subcommand(name, about);
        printing->callback([&options, command] { options.command = command; });
        printing->add_option(topic, options.topic)->required()->check(CLI::IsMember(topics));
    };
    add("completion", "print what makes a shell complete the command line", Command::completion,
        "SHELL", {"bash", "zsh"});
    add("manual", "print a manual page: the commands (1), the configuration (5)", Command::manual,
        "SECTION", {"1", "5"});
}

// An option of an action takes what is written for one of the same name of the command that it
// falls through to, without a word: `--all` then means more than was asked for.
void forbid_hidden_options(const CLI::App& app) {
    const std::function<bool(const CLI::App*)> any_command;
    const std::function<bool(const CLI::Option*)> any_option;
    for (const CLI::App* command : app.get_subcommands(any_command)) {
        for (const CLI::Option* option : command->get_options(any_option)) {
            const bool is_help = option == command->get_help_ptr();
            for (const std::string& name : option->get_lnames()) {
                const bool is_above = app.get_option_no_throw("--" + name) != nullptr;
                BRIDGE_INVARIANT(is_help || !command->get_fallthrough() || !is_above);
            }
        }
        forbid_hidden_options(*command);
    }
}

void describe(CLI::App& app, Options& options) {
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
    add_doctor(app, options);
    add_operator_commands(app, options);
    add_explain(app, options);
    add_test_rules(app, options);
    add_replay(app, options);
    add_send(app, options);
    add_status(app, options);
    add_printing(app, options);
    forbid_hidden_options(app);
}

constexpr int kPluginUnknown = 3;
constexpr const char* kAbout = "Turns monitoring alerts into GLPI tickets.";

// What stands between the braces of "TEXT:{bash,zsh}", as CLI11 writes a set of choices.
std::vector<std::string> choices_of(const std::string& type) {
    const std::size_t begin = type.find('{');
    const std::size_t end = type.rfind('}');
    return begin == std::string::npos || end == std::string::npos
               ? std::vector<std::string>()
               : split(type.substr(begin + 1, end - begin - 1), ",");
}

OptionInfo option_info(const CLI::Option& option) {
    OptionInfo info;
    for (const std::string& name : option.get_snames()) {
        info.names.push_back("-" + name);
    }
    for (const std::string& name : option.get_lnames()) {
        info.names.push_back("--" + name);
    }
    const std::string type = option.get_type_name();
    if (option.get_positional()) {
        info.value = option.get_name(true);
    } else if (option.get_items_expected_max() > 0) {
        info.value = type.substr(0, type.find(':'));
    }
    info.choices = choices_of(type);
    for (const char* kind : {"FILE", "PATH", "DIR"}) {
        info.takes_file = info.takes_file || type.find(kind) != std::string::npos;
    }
    info.about = option.get_description();
    info.fallback = option.get_default_str();
    info.required = option.get_required();
    info.repeats = option.get_items_expected_max() > 1;
    return info;
}

CommandInfo command_info(const CLI::App& app) {
    CommandInfo info;
    info.name = app.get_name();
    info.about = app.get_description();
    info.footer = app.get_footer();
    info.falls_through = app.get_fallthrough();
    const std::function<bool(const CLI::Option*)> any_option;
    for (const CLI::Option* option : app.get_options(any_option)) {
        info.options.push_back(option_info(*option));
    }
    const std::function<bool(const CLI::App*)> any_command;
    for (const CLI::App* command : app.get_subcommands(any_command)) {
        info.commands.push_back(command_info(*command));
    }
    return info;
}

// Monitoring reads the standard output of a plugin, and takes other values than 0 to 3 for a fault
// of the plugin.
bool asks_as_plugin(int argc, const char* const* argv) {
    return argc > 1 && std::string_view(argv[1]) == "status" &&
           std::find(argv + 2, argv + argc, std::string_view("--nagios")) != argv + argc;
}

}  // namespace

CommandInfo describe_command_line() {
    Options options;
    CLI::App app{kAbout};
    describe(app, options);
    return command_info(app);
}

std::variant<Options, int> parse_command_line(int argc, const char* const* argv) {
    Options options;
    CLI::App app{kAbout};
    describe(app, options);
    try {
        app.parse(argc, argv);
        const OperatorCommand& operate = options.operate;
        const bool settles = operate.action == "retry" || operate.action == "discard";
        if (settles && operate.ids.empty() && !operate.all) {
            throw CLI::RequiredError(operate.action + ": an ID, or --all");
        }
    } catch (const CLI::ParseError& error) {
        const bool is_plugin = asks_as_plugin(argc, argv);
        const int status = app.exit(error, std::cout, is_plugin ? std::cout : std::cerr);
        return is_plugin && status != 0 ? kPluginUnknown : status;
    }
    return options;
}

}  // namespace alert_bridge::app
