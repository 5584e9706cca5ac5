// SPDX-License-Identifier: MIT
#include "alert_bridge/app/completion_command.hpp"

#include <cstdio>
#include <cstdlib>
#include <functional>

#include "alert_bridge/base/text.hpp"

namespace alert_bridge::app {
namespace {

// A command where it stands: "/dead/list", and what may be written there.
struct Spot {
    std::string path;
    const CommandInfo* command = nullptr;
    std::vector<const OptionInfo*> options;  // its own, and those of the commands above it
};

void add_spots(
    const CommandInfo& command, const std::string& path,
    const std::vector<const OptionInfo*>& above, std::vector<Spot>& spots
) {
    Spot spot;
    spot.path = path;
    spot.command = &command;
    for (const OptionInfo& option : command.options) {
        spot.options.push_back(&option);
    }
    if (command.falls_through) {
        for (const OptionInfo* option : above) {
            if (!option->is_positional() && option->names.back() != "--help") {
                spot.options.push_back(option);
            }
        }
    }
    spots.push_back(spot);
    for (const CommandInfo& below : command.commands) {
        add_spots(below, path + "/" + below.name, spot.options, spots);
    }
}

std::vector<Spot> spots_of(const CommandInfo& program) {
    std::vector<Spot> spots;
    add_spots(program, "", {}, spots);
    return spots;
}

// In quotes of a shell.
std::string quoted(const std::string& text) {
    std::string result = "'";
    for (const char letter : text) {
        result += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    }
    return result + "'";
}

// Patterns of `case $where:$word`, for the options that take a value.
std::string patterns_of(const Spot& spot, const OptionInfo& option) {
    std::vector<std::string> patterns;
    for (const std::string& name : option.names) {
        patterns.push_back(spot.path + ":" + name);
    }
    return join(patterns, " | ");
}

// `then` of the options that take a value, as branches of a `case`.
std::string value_branches(
    const std::vector<Spot>& spots, const std::function<std::string(const OptionInfo&)>& then
) {
    std::string text;
    for (const Spot& spot : spots) {
        for (const OptionInfo* option : spot.options) {
            if (!option->is_positional() && !option->value.empty()) {
                text += "        " + patterns_of(spot, *option) + ") " + then(*option) + " ;;\n";
            }
        }
    }
    return text;
}

std::string command_paths(const std::vector<Spot>& spots) {
    std::vector<std::string> paths;
    for (const Spot& spot : spots) {
        if (!spot.path.empty()) {
            paths.push_back(spot.path);
        }
    }
    return join(paths, " | ");
}

std::string bash_values(const OptionInfo& option) {
    if (!option.choices.empty()) {
        return "mapfile -t COMPREPLY < <(compgen -W " + quoted(join(option.choices, " ")) +
               " -- \"$current\"); return";
    }
    return option.takes_file ? "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "
                               "\"$current\"); return"
                             : "return";
}

// A word that zsh shows with its explanation.
std::string described(const std::string& word, const std::string& about) {
    std::string name;
    for (const char letter : word) {
        name += letter == ':' ? std::string("\\:") : std::string(1, letter);
    }
    return quoted(about.empty() ? name : name + ":" + about);
}

std::string zsh_values(const OptionInfo& option) {
    if (!option.choices.empty()) {
        return "compadd -- " + join(option.choices, " ") + "; return";
    }
    return option.takes_file ? "_files; return" : "_message " + quoted(option.value) + "; return";
}

std::string zsh_branch(const Spot& spot) {
    std::string commands, options, then;
    for (const CommandInfo& command : spot.command->commands) {
        commands += " " + described(command.name, command.about);
    }
    for (const OptionInfo* option : spot.options) {
        for (const std::string& choice :
             option->is_positional() ? option->choices : option->names) {
            (option->is_positional() ? commands : options) +=
                " " + described(choice, option->about);
        }
        if (option->is_positional() && option->takes_file) {
            then = "; _files";
        }
    }
    const std::string pattern = spot.path.empty() ? "''" : spot.path;
    return "        (" + pattern + ") commands=(" + commands + " ) options=(" + options + " )" +
           then + " ;;\n";
}

}  // namespace

std::string bash_completion(const CommandInfo& program) {
    const std::vector<Spot> spots = spots_of(program);
    std::string text =
        "# bash completion for " + program.name + ", printed by `" + program.name +
        " completion bash`\n"
        "_glpi_alert_bridge() {\n"
        "    local current=${COMP_WORDS[COMP_CWORD]} where= words= files= i\n"
        "    COMPREPLY=()\n"
        "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "        case $where:${COMP_WORDS[i]} in\n" +
        value_branches(spots, [](const OptionInfo&) { return "((++i)); continue"; }) +
        "        esac\n"
        "        case $where/${COMP_WORDS[i]} in\n"
        "        " +
        command_paths(spots) +
        ") where+=/${COMP_WORDS[i]} ;;\n"
        "        esac\n"
        "    done\n"
        "    case $where:${COMP_WORDS[COMP_CWORD - 1]} in\n" +
        value_branches(spots, bash_values) +
        "    esac\n"
        "    case $where in\n";
    for (const Spot& spot : spots) {
        std::vector<std::string> words;
        std::string then;
        for (const CommandInfo& command : spot.command->commands) {
            words.push_back(command.name);
        }
        for (const OptionInfo* option : spot.options) {
            const auto& more = option->is_positional() ? option->choices : option->names;
            words.insert(words.end(), more.begin(), more.end());
            if (option->is_positional() && option->takes_file) {
                then = " files=1";
            }
        }
        text += "        " + (spot.path.empty() ? std::string("''") : spot.path) +
                ") words=" + quoted(join(words, " ")) + then + " ;;\n";
    }
    text +=
        "    esac\n"
        "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
        "    if [[ $files && $current != -* ]]; then\n"
        "        compopt -o filenames\n"
        "        mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"$current\")\n"
        "    fi\n"
        "}\n"
        "complete -F _glpi_alert_bridge " +
        program.name + "\n";
    return text;
}

std::string zsh_completion(const CommandInfo& program) {
    const std::vector<Spot> spots = spots_of(program);
    const std::string function = "_" + program.name;
    std::string text =
        "#compdef " + program.name +
        "\n"
        "# zsh completion, printed by `" +
        program.name + " completion zsh`\n" + function +
        "() {\n"
        "    local where='' i\n"
        "    local -a commands options\n"
        "    for ((i = 2; i < CURRENT; i++)); do\n"
        "        case $where:${words[i]} in\n" +
        value_branches(spots, [](const OptionInfo&) { return "((++i)); continue"; }) +
        "        esac\n"
        "        case $where/${words[i]} in\n"
        "        " +
        command_paths(spots) +
        ") where+=/${words[i]} ;;\n"
        "        esac\n"
        "    done\n"
        "    case $where:${words[CURRENT - 1]} in\n" +
        value_branches(spots, zsh_values) +
        "    esac\n"
        "    case $where in\n";
    for (const Spot& spot : spots) {
        text += zsh_branch(spot);
    }
    text +=
        "    esac\n"
        "    ((${#commands})) && _describe -t commands command commands\n"
        "    [[ ${words[CURRENT]} == -* || ${#commands} -eq 0 ]] &&\n"
        "        _describe -o -t options option options\n"
        "}\n"
        "if [[ ${funcstack[1]} == " +
        function + " ]]; then\n    " + function + " \"$@\"\nelse\n    compdef " + function + " " +
        program.name + "\nfi\n";
    return text;
}

int completion_command(const Options& options) {
    const CommandInfo program = describe_command_line();
    const std::string text =
        options.topic == "zsh" ? zsh_completion(program) : bash_completion(program);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return EXIT_SUCCESS;
}

}  // namespace alert_bridge::app
