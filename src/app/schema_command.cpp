// SPDX-License-Identifier: MIT
#include "alert_bridge/app/schema_command.hpp"

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>

#include "alert_bridge/base/invariant.hpp"
#include "alert_bridge/base/number.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/config/keys.hpp"

namespace alert_bridge::app {
namespace {

using config::Key;
using config::Section;
using config::ValueType;
using nlohmann::json;

constexpr std::string_view kTest = "tests[]";
constexpr std::string_view kTestAlert = "tests[].alert";
constexpr std::string_view kExpect = "tests[].expect";

const Section* find_section(const std::string& path) {
    for (const Section* section : config::all_sections()) {
        if (section->path == path) {
            return section;
        }
    }
    return nullptr;
}

json reference(const std::string& path) {
    BRIDGE_INVARIANT(find_section(path) != nullptr);
    std::string name = path;
    std::erase_if(name, [](char letter) { return letter == '[' || letter == ']'; });
    json out;
    out["$ref"] = "#/definitions/" + name;
    return out;
}

json any_of(std::initializer_list<json> forms) {
    json out;
    out["anyOf"] = json::array();
    for (const json& form : forms) {
        out["anyOf"].push_back(form);
    }
    return out;
}

json word(const char* text) {
    json out;
    out["const"] = text;
    return out;
}

// YAML reads some texts as numbers or truth values; the loader takes them as they are written.
json scalar() {
    json out;
    out["type"] = {"string", "number", "boolean"};
    return out;
}

json text() {
    json out = scalar();
    out["minLength"] = 1;
    return out;
}

json list_of(const json& item) {
    json out;
    out["type"] = "array";
    out["items"] = item;
    return out;
}

json one_or_many(const json& item) {
    return any_of({item, list_of(item)});
}

json by_name(const json& value) {
    json out;
    out["type"] = "object";
    out["additionalProperties"] = value;
    return out;
}

json written_as(const char* pattern, const json& also) {
    json out;
    out["type"] = "string";
    out["pattern"] = pattern;
    return any_of({out, also});
}

json duration() {
    json zero;
    zero["const"] = 0;
    return written_as("^([0-9]+(ms|s|m|h|d)|0)$", zero);
}

json size(const Key& key) {
    json bytes;
    bytes["type"] = "integer";
    bytes["minimum"] = key.minimum;
    bytes["maximum"] = key.maximum;
    return written_as("^[0-9]+(KiB|MiB)?$", bytes);
}

json integer(const Key& key) {
    json out;
    out["type"] = "integer";
    out["minimum"] = key.minimum;
    out["maximum"] = key.maximum;
    return out;
}

// Without quotes 0660 is 432 for YAML 1.1 and 660 for 1.2, and no is false for 1.1.
json choice(std::string_view choices) {
    json out;
    out["enum"] = json::array();
    for (const std::string& one : split(choices, "|")) {
        out["enum"].push_back(one);
        if (one == "no") {
            out["enum"].push_back(false);
        }
        if (one.starts_with('0') && parse_whole_number(one.substr(1))) {
            out["enum"].push_back(std::stoi(one, nullptr, 8));
            out["enum"].push_back(std::stoi(one, nullptr, 10));
        }
    }
    return out;
}

json pattern() {
    return one_or_many(any_of({scalar(), reference("PATTERN")}));
}

// Names that the operator chooses, or forms that stand in no section.
json other_mapping(std::string_view section, std::string_view key) {
    if (key == "when" || key == "not") {
        return reference("rules[].when");
    }
    if (key == "tag" || key == "inventory" || key == "field") {
        return by_name(pattern());
    }
    if (section == "undelivered") {
        return by_name(duration());  // after
    }
    if (section == kTest || section == kTestAlert) {
        return by_name(one_or_many(text()));  // asset, inventory, tags
    }
    if (key == "severity_map") {
        return by_name(choice(config::kDefaults.find("open")->choices));
    }
    if (key == "tags") {
        return by_name(any_of({one_or_many(text()), reference("FIELD")}));
    }
    BRIDGE_INVARIANT(section == "FIELD" && key == "map");
    return by_name(text());
}

json mapping(const std::string& section, std::string_view key) {
    const std::string below = (section.empty() ? "" : section + ".") + std::string(key);
    if (find_section(below) != nullptr) {
        return reference(below);
    }
    return find_section(below + ".NAME") != nullptr ? by_name(reference(below + ".NAME"))
                                                    : other_mapping(section, key);
}

json sequence(const std::string& section, std::string_view key) {
    if (section.empty()) {
        return list_of(reference(std::string(key) + "[]"));
    }
    return one_or_many(reference("rules[].when"));  // all, any
}

json free_form(const std::string& section, std::string_view key) {
    if (section == kTest) {
        return json::object();  // payload: whatever a sender may send
    }
    if (section == "sources.NAME.fields") {
        return any_of({one_or_many(text()), reference("FIELD")});
    }
    if (key == "open_after") {
        return any_of({duration(), by_name(duration())});
    }
    if (key == "time") {
        return one_or_many(reference("rules[].when.time"));
    }
    const std::string below = (section.empty() ? "" : section + ".") + std::string(key);
    return key == "basic" ? one_or_many(reference(below))
                          : any_of({word("none"), reference(below)});
}

// What a case of test-rules expects: a name or a text instead of what says how to find it, and
// nothing where it is empty.
std::optional<json> expectation(const Key& key) {
    if (key.name == "notify" || key.name == "flapping") {
        return reference("rules[].then." + std::string(key.name));
    }
    switch (key.type) {
        case ValueType::boolean:
        case ValueType::integer:
        case ValueType::duration:
        case ValueType::choice:
        case ValueType::texts:
            return std::nullopt;
        default:
            return scalar();
    }
}

json form_of(const std::string& section, const Key& key) {
    if (auto expected = section == kExpect ? expectation(key) : std::nullopt) {
        return *std::move(expected);
    }
    switch (key.type) {
        case ValueType::text:
            return text();
        case ValueType::integer:
            return integer(key);
        case ValueType::boolean:
            return json{{"type", "boolean"}};
        case ValueType::duration:
            return duration();
        case ValueType::size:
            return size(key);
        case ValueType::choice:
            return choice(key.choices);
        case ValueType::texts:
            return one_or_many(text());
        case ValueType::secret:
            return reference("SECRET");
        case ValueType::secrets:
            return one_or_many(reference("SECRET"));
        case ValueType::pattern:
            return pattern();
        case ValueType::entity:
            return any_of({text(), reference("ENTITY")});
        case ValueType::mapping:
            return mapping(section, key.name);
        case ValueType::sequence:
            return sequence(section, key.name);
        case ValueType::free_form:
            return free_form(section, key.name);
    }
    return json::object();
}

json default_of(const Key& key) {
    if (key.type == ValueType::integer) {
        return parse_whole_number(key.fallback).value_or(0);
    }
    if (key.type == ValueType::boolean) {
        return key.fallback == "true";
    }
    return key.fallback;
}

json section_schema(const Section& section) {
    const std::string path(section.path);
    json out;
    out["type"] = "object";
    out["additionalProperties"] = false;
    out["properties"] = json::object();
    for (const auto& part : section.parts) {
        for (const Key& key : part) {
            json value;
            value["allOf"] = json::array();  // beside "$ref" nothing else counts in draft 7
            value["allOf"].push_back(form_of(path, key));
            value["description"] = key.help;
            if (!key.fallback.empty() && section.uses_fallbacks) {
                value["default"] = default_of(key);
            }
            out["properties"][std::string(key.name)] = std::move(value);
            if (key.required) {
                out["required"].push_back(key.name);
            }
        }
    }
    return out;
}

}  // namespace

std::string configuration_schema() {
    json schema = section_schema(config::kRoot);
    schema["$schema"] = "http://json-schema.org/draft-07/schema#";
    schema["title"] = "glpi-alert-bridge " BRIDGE_VERSION ": bridge.yaml";
    for (const Section* section : config::all_sections()) {
        if (!section->path.empty()) {
            const std::string name =
                reference(std::string(section->path)).at("$ref").get<std::string>();
            schema["definitions"][name.substr(name.rfind('/') + 1)] = section_schema(*section);
        }
    }
    return schema.dump(1) + "\n";
}

int schema_command(const Options&) {
    const std::string text = configuration_schema();
    std::fwrite(text.data(), 1, text.size(), stdout);
    return EXIT_SUCCESS;
}

}  // namespace alert_bridge::app
