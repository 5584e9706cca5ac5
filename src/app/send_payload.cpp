// SPDX-License-Identifier: MIT
#include "alert_bridge/app/send_payload.hpp"

#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "alert_bridge/base/number.hpp"
#include "alert_bridge/base/text.hpp"

namespace alert_bridge::app {
namespace {

constexpr std::array<std::string_view, 2> kPrefixes{"nagios_", "icinga_"};
constexpr std::size_t kFieldsMax = 2000;  // the bridge reads no more

Error payload_error(std::string message) {
    return {ErrorClass::refused, "payload", std::move(message)};
}

// NAGIOS_HOSTNAME -> hostname; `had_prefix` tells whether it is one of theirs.
std::string plain_name(std::string_view name, bool& had_prefix) {
    std::string plain = to_lower_ascii(trim(name));
    had_prefix = false;
    for (const std::string_view prefix : kPrefixes) {
        if (!had_prefix && plain.starts_with(prefix)) {
            had_prefix = true;
            plain.erase(0, prefix.size());
        }
    }
    return plain;
}

// Passwords of the checks stand in custom variables, which Nagios calls _HOSTNAME_OF_VARIABLE,
// _SERVICE…, _CONTACT…, and on the command lines of checks: HOSTCHECKCOMMAND, ARG1….
bool is_private(std::string_view name) {
    if (name.starts_with('_')) {
        return !name.starts_with("_hostglpi_") && !name.starts_with("_serviceglpi_");
    }
    const std::string_view after_arg = name.starts_with("arg") ? name.substr(3) : "";
    const bool is_argument = parse_whole_number(after_arg).has_value();
    return is_argument || name.ends_with("checkcommand");
}

struct Assignment {
    std::string_view name, value;
};

// No '=': the name is empty.
Assignment split_assignment(std::string_view text) {
    const std::size_t equals = text.find('=');
    return equals == std::string_view::npos
               ? Assignment{}
               : Assignment{text.substr(0, equals), text.substr(equals + 1)};
}

Result<std::string> sized(std::string body) {
    if (body.size() > kAlertBytesMax) {
        return payload_error(
            "the alert has " + std::to_string(body.size()) + " bytes, the bridge takes " +
            std::to_string(kAlertBytesMax)
        );
    }
    return body;
}

}  // namespace

Result<std::string> macros_payload(
    const char* const* environment, const std::vector<std::string>& given
) {
    std::map<std::string, std::string> fields;
    bool had_prefix = false;
    for (; environment != nullptr && *environment != nullptr; ++environment) {
        const Assignment macro = split_assignment(*environment);
        std::string name = plain_name(macro.name, had_prefix);
        if (had_prefix && !name.empty() && !macro.value.empty() && !is_private(name)) {
            fields.emplace(std::move(name), macro.value);
        }
    }
    for (const std::string& each : given) {
        const Assignment field = split_assignment(each);
        std::string name = plain_name(field.name, had_prefix);
        if (name.empty()) {
            return payload_error(
                "--set needs NAME=VALUE, not '" + one_line(repair_utf8(each)) + "'"
            );
        }
        if (field.value.empty()) {
            fields.erase(name);
        } else {
            fields.insert_or_assign(std::move(name), std::string(field.value));
        }
    }
    if (fields.empty()) {
        return payload_error(
            "there is nothing to send: no variable NAGIOS_… or ICINGA_… is in the environment (for "
            "Nagios, enable_environment_macros=1 in nagios.cfg), and neither --set nor --body is "
            "given"
        );
    }
    if (fields.size() > kFieldsMax) {
        return payload_error("more than " + std::to_string(kFieldsMax) + " fields");
    }
    auto object = nlohmann::json::object();
    for (const auto& [name, value] : fields) {
        object[name] = value;
    }
    return sized(object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

Result<std::string> finished_payload(std::string body) {
    const std::string_view start = trim(body);
    if (start.empty()) {
        return payload_error("the body is empty");
    }
    const bool is_json = content_type_of(body) == "application/json";
    if (is_json && !nlohmann::json::accept(body)) {
        return payload_error("the body begins like JSON and is none");
    }
    return sized(std::move(body));
}

std::string_view content_type_of(std::string_view body) noexcept {
    const std::string_view start = trim(body);
    return start.starts_with('{') || start.starts_with('[') ? "application/json"
                                                            : "application/x-www-form-urlencoded";
}

}  // namespace alert_bridge::app
