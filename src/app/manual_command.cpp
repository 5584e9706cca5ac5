// SPDX-License-Identifier: MIT
#include "alert_bridge/app/manual_command.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "alert_bridge/base/number.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/base/time.hpp"
#include "alert_bridge/config/keys.hpp"

namespace alert_bridge::app {
namespace {

using config::Key;
using config::Section;
using config::ValueType;

// A backslash begins an escape of roff wherever it stands.
std::string escaped(std::string_view text) {
    std::string result;
    for (const char letter : text) {
        result += letter == '\\' ? std::string("\\e") : std::string(1, letter);
    }
    return result;
}

// A line of text: a dot or an apostrophe at its beginning would be a request.
std::string line(std::string_view text) {
    const bool is_request = text.starts_with('.') || text.starts_with('\'');
    return (is_request ? "\\&" : "") + escaped(text) + "\n";
}

// An argument of a macro: one word whatever it holds, and never a macro's name.
std::string argument(std::string_view text) {
    std::string result = "\"\\&";
    for (const char letter : escaped(text)) {
        result += letter == '"' ? std::string("\"\"") : std::string(1, letter);
    }
    return result + "\"";
}

std::string title_case(std::string name) {
    for (char& letter : name) {
        letter = letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
    }
    return name;
}

std::string head(
    const std::string& name, const std::string& section, const std::string& date,
    const std::string& about
) {
    return ".Dd " + date + "\n.Dt " + title_case(name) + " " + section + "\n.Os\n.Sh NAME\n.Nm " +
           name + "\n.Nd " + about + "\n";
}

// --- the commands -------------------------------------------------------------------------------

std::string option_names(const OptionInfo& option) {
    if (option.is_positional()) {
        return " Ar " + argument(option.value) + (option.repeats ? " ..." : "");
    }
    std::string text;
    for (const std::string& name : option.names) {
        const std::string bare = name.substr(1);  // Fl writes the first dash
        text += (text.empty() ? " Fl " : " , Fl ") + argument(bare);
    }
    return option.value.empty() ? text : text + " Ar " + argument(option.value);
}

std::string options_text(const CommandInfo& command) {
    std::string text;
    for (const OptionInfo& option : command.options) {
        if (!option.is_positional() && option.names.back() == "--help") {
            continue;  // of every command; told once
        }
        std::string about = option.about;
        if (!option.choices.empty()) {
            about += (about.empty() ? "" : ": ") + join(option.choices, ", ");
        }
        if (!option.fallback.empty()) {
            about += "; " + option.fallback + " if absent";
        }
        text += ".It" + option_names(option) + "\n" + line(about);
    }
    return text.empty() ? text : ".Bl -tag -width Ds\n" + text + ".El\n";
}

void add_command(const CommandInfo& command, const std::string& before, std::string& text) {
    const std::string name = before + command.name;
    text += ".Ss " + argument(name) + "\n" + line(command.about) + options_text(command);
    text += command.footer.empty() ? std::string() : line(command.footer);
    for (const CommandInfo& below : command.commands) {
        add_command(below, name + " ", text);
    }
}

// --- the configuration --------------------------------------------------------------------------

struct TypeText {
    ValueType type;
    const char* name;
    const char* about;
};

constexpr TypeText kTypes[] = {
    {ValueType::text, "text", "a single value"},
    {ValueType::integer, "integer", "a whole number, without quotes"},
    {ValueType::boolean, "boolean", "true or false, nothing else"},
    {ValueType::duration, "duration", "250ms, 30s, 5m, 24h or 7d"},
    {ValueType::size, "size", "64KiB, 4MiB, or a number of bytes"},
    {ValueType::choice, "choice", "one of the words that are listed"},
    {ValueType::texts, "texts", "a text, or a list of them"},
    {ValueType::secret, "secret", "where a secret stands (see SECRET)"},
    {ValueType::secrets, "secrets", "a secret, or a list of them"},
    {ValueType::pattern, "pattern",
     "a text, exact or with * and ?; or a regular expression (see PATTERN); or a list of them"},
    {ValueType::entity, "entity", "a complete name in GLPI, or how to find it (see ENTITY)"},
    {ValueType::mapping, "mapping", "another section, or names that you choose"},
    {ValueType::sequence, "list", "a list of sections"},
    {ValueType::free_form, "form", "one of several forms, as told"},
};

const char* type_name(ValueType type) {
    for (const TypeText& one : kTypes) {
        if (one.type == type) {
            return one.name;
        }
    }
    return "text";
}

std::string bound(const Key& key, std::int64_t value) {
    if (key.type == ValueType::duration) {
        return format_duration(Duration(value));
    }
    if (key.type == ValueType::size) {
        const bool is_large = value % (1024 * 1024) == 0;
        return is_large ? std::to_string(value / (1024 * 1024)) + "MiB"
                        : std::to_string(value / 1024) + "KiB";
    }
    return std::to_string(value);
}

// "integer, 0 to 65535, default 8480; required"
std::string facts(const Key& key, bool uses_fallbacks) {
    std::string text = type_name(key.type);
    if (!key.choices.empty()) {
        text += ": " + join(split(key.choices, "|"), ", ");
    }
    if (key.maximum != 0) {
        text += ", " + bound(key, key.minimum) + " to " + bound(key, key.maximum);
    }
    if (!key.fallback.empty() && uses_fallbacks) {
        text += "; default " + std::string(key.fallback);
    }
    return key.required ? text + "; required" : text;
}

std::string section_text(const Section& section) {
    std::string text = ".Ss " + argument(section.path.empty() ? "top level" : section.path) + "\n";
    text += ".Bl -tag -width Ds\n";
    for (const auto& part : section.parts) {
        for (const Key& key : part) {
            text += ".It Ic " + argument(key.name) + " Pq " +
                    argument(facts(key, section.uses_fallbacks)) + "\n" + line(key.help);
        }
    }
    return text + ".El\n";
}

std::string date_of_today() {
    const char* const given = std::getenv("SOURCE_DATE_EPOCH");
    std::time_t seconds = std::time(nullptr);
    if (given != nullptr) {
        seconds = static_cast<std::time_t>(parse_whole_number(given).value_or(seconds));
    }
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    static constexpr std::array kMonths{"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
    return std::string(kMonths.at(static_cast<std::size_t>(parts.tm_mon))) + " " +
           std::to_string(parts.tm_mday) + ", " + std::to_string(parts.tm_year + 1900);
}

constexpr const char* kAboutProgram = R"(.Sh DESCRIPTION
.Nm
takes alerts from Zabbix, Nagios, Icinga 2, Alertmanager, Grafana and anything that can send JSON, and
makes tickets of them in GLPI: one per problem, in the right entity, on the right asset, and solved when
the problem is over.
An alert that was answered with status 202 is on disk; its ticket is written as soon as GLPI can be
reached, once.
.Pp
The daemon is started with
.Ic run ,
as a rule by systemd.
The commands that list and settle ask the running daemon over its admin socket, which root and the
members of the group
.Sy glpi-alert-bridge
may use.
Tables fit the terminal;
.Fl -json
gives every row as an object on a line of its own.
.Pp
Every command takes
.Fl -help .
.Sh COMMANDS
)";

constexpr const char* kProgramEnd = R"(.Sh ENVIRONMENT
.Bl -tag -width Ds
.It Ev CREDENTIALS_DIRECTORY
Where secrets of the form {credential: NAME} are; systemd sets it.
.It Ev SOURCE_DATE_EPOCH
The date of the pages that
.Ic manual
prints, in seconds since 1970.
.El
.Sh FILES
.Bl -tag -width Ds
.It Pa /etc/glpi-alert-bridge/bridge.yaml
The configuration.
.It Pa /etc/glpi-alert-bridge-send.yaml
What
.Ic send
goes by, on the monitoring host.
.It Pa /var/lib/glpi-alert-bridge/bridge.db
What was accepted and is owed; never opened by two programs.
.It Pa /run/glpi-alert-bridge/admin.sock
Where the daemon listens to the operator's commands.
.El
.Sh EXIT STATUS
0: well; 1: not, and standard error tells why; above 100: the command line was wrong.
What
.Ic doctor ,
.Ic send
and
.Ic status
end with besides is told with them.
.Sh SIGNALS
SIGHUP makes the daemon read its configuration again, SIGTERM ends it in good order.
.Sh EXAMPLES
Is the configuration right?
.Pp
.Dl glpi-alert-bridge check -c bridge.yaml
.Pp
What has GLPI refused, and once the cause is mended:
.Pp
.Dl glpi-alert-bridge dead
.Dl glpi-alert-bridge dead retry --all --host 'web*'
.Pp
Completion in the running shell:
.Pp
.Dl source <(glpi-alert-bridge completion bash)
.Sh SEE ALSO
.Xr glpi-alert-bridge.yaml 5
)";

constexpr const char* kAboutConfiguration = R"(.Sh DESCRIPTION
The file is YAML, as a rule
.Pa /etc/glpi-alert-bridge/bridge.yaml .
Unknown keys, keys given twice and values out of range are mistakes;
.Ic glpi-alert-bridge check
tells all of them, with line and column.
Only
.Ic sources
and
.Ic glpi
must be there.
Relative paths start at the directory of the file.
.Pp
In the names of sections NAME stands for a name that you choose, and [] for each element of a list.
Editors complete and check the file with the schema that
.Ic glpi-alert-bridge schema
prints.
.Sh VALUES
.Bl -tag -width Ds
)";

constexpr const char* kConfigurationEnd = R"(.Sh EXAMPLES
.Bd -literal
listen: {address: 0.0.0.0}
sources:
  zabbix:
    type: zabbix
    auth: {bearer: {file: zabbix.token}}
    time_zone: Europe/Paris
glpi:
  url: https://glpi.example.com
  user_token: {file: glpi.token}
  default_entity: Root entity
.Ed
.Sh SEE ALSO
.Xr glpi-alert-bridge 1
)";

}  // namespace

std::string commands_manual(const CommandInfo& program, const std::string& date) {
    std::string about = program.about;
    about.erase(about.find_last_not_of('.') + 1);
    if (!about.empty()) {
        about.front() = static_cast<char>(about.front() | 0x20);  // an ASCII letter
    }
    std::string text = head(program.name, "1", date, about) +
                       ".Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar options\n" + kAboutProgram;
    for (const CommandInfo& command : program.commands) {
        add_command(command, "", text);
    }
    return text + kProgramEnd;
}

std::string configuration_manual(const std::string& date) {
    std::string text =
        head("glpi-alert-bridge.yaml", "5", date, "configuration of glpi-alert-bridge") +
        kAboutConfiguration;
    for (const TypeText& type : kTypes) {
        text += ".It Sy " + argument(type.name) + "\n" + line(type.about);
    }
    text += ".El\n.Sh SECTIONS\n";
    for (const Section* section : config::all_sections()) {
        text += section_text(*section);
    }
    return text + kConfigurationEnd;
}

int manual_command(const Options& options) {
    const std::string date = date_of_today();
    const std::string text = options.topic == "5" ? configuration_manual(date)
                                                  : commands_manual(describe_command_line(), date);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return EXIT_SUCCESS;
}

}  // namespace alert_bridge::app
