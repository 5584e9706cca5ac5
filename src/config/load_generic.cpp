// SPDX-License-Identifier: MIT
//
// The keys `alerts`, `fields` and `parts` of a source of type generic.
#include <algorithm>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/config/sections.hpp"

namespace alert_bridge::config {
namespace {

constexpr std::size_t kMaxParts = 16;

std::optional<JsonPointer> read_pointer(Loading& loading, const Node& node, std::string_view what) {
    const auto text = read_text(loading.diagnostics, node, what);
    if (!text) {
        return std::nullopt;
    }
    auto pointer = parse_json_pointer(*text);
    if (!pointer || pointer->tokens.empty()) {
        loading.diagnostics.error(
            node.at, "'" + std::string(what) +
                         "' must be a JSON Pointer such as /machine/name, not '" + *text + "'"
        );
        return std::nullopt;
    }
    return pointer;
}

void read_pointers(
    Loading& loading, const Node* node, std::string_view what, ports::MappedField& field
) {
    for (const Node* each : one_or_many(node)) {
        if (auto pointer = read_pointer(loading, *each, what)) {
            field.pointers.push_back(std::move(*pointer));
        }
    }
}

// The words that the rest of the program knows; empty: any text is right.
std::vector<std::string> words_of(std::string_view name) {
    if (name == "severity") {
        return split(kDefaults.find("open")->choices, "|");
    }
    if (name == "kind") {
        return {"problem", "recovery", "update", "acknowledgement", "note", "ignore"};
    }
    return {};
}

// Told when it is not one of the words, where there are any.
bool is_right(
    Loading& loading, const Node& node, std::string_view what, const std::vector<std::string>& words
) {
    return words.empty() ? read_text(loading.diagnostics, node, what).has_value()
                         : is_one_of(loading.diagnostics, node, what, words);
}

void read_words(
    Loading& loading, const MapReader& reader, const std::vector<std::string>& words,
    ports::MappedField& field
) {
    for (const auto& [name, node] :
         named_nodes(loading.diagnostics, reader.find("map"), "map", {})) {
        if (!is_right(loading, *node, name->text, words)) {
            continue;
        }
        if (!field.words.emplace(to_lower_ascii(name->text), node->text).second) {
            loading.diagnostics.error(name->at, "'" + name->text + "' is given twice");
        }
    }
}

// "/pointer", a list of them, or {pointer, map, default}.
ports::MappedField read_field(Loading& loading, const Node& node, std::string_view name) {
    ports::MappedField field;
    if (node.kind != Node::Kind::mapping) {
        read_pointers(loading, &node, name, field);
        return field;
    }
    const MapReader reader(loading.diagnostics, &node, kField);
    const std::vector<std::string> words = words_of(name);
    read_pointers(loading, reader.find("pointer"), "pointer", field);
    read_words(loading, reader, words, field);
    const Node* const fallback = reader.find("default");
    if (fallback != nullptr && is_right(loading, *fallback, "default", words)) {
        field.fallback = fallback->text;
    }
    if (reader.find("pointer") == nullptr && fallback == nullptr) {
        loading.diagnostics.error(
            node.at, "'" + std::string(name) + "' needs a pointer, or a default for all"
        );
    }
    return field;
}

void read_parts(Loading& loading, const MapReader& reader, ports::JsonMapping& mapping) {
    const Node* const node = reader.find("parts");
    for (const Node* each : one_or_many(node)) {
        const auto part = read_text(loading.diagnostics, *each, "parts");
        if (!part) {
            continue;
        }
        auto& parts = mapping.parts;
        if (part->size() > 64 || part->find_first_not_of(kNameCharacters) != part->npos) {
            loading.diagnostics.error(
                each->at, "'" + cut_code_points(*part, 80) +
                              "' is not a name: use 1 to 64 of A-Z, a-z, 0-9, _ and -"
            );
        } else if (std::find(parts.begin(), parts.end(), *part) != parts.end()) {
            loading.diagnostics.error(each->at, "'" + *part + "' is given twice");
        } else {
            parts.push_back(*part);
        }
    }
    if (mapping.parts.size() > kMaxParts) {
        loading.diagnostics.error(
            node->at, "'parts' has more than " + std::to_string(kMaxParts) + " names"
        );
    }
}

}  // namespace

ports::JsonMapping load_mapping(Loading& loading, const MapReader& source) {
    ports::JsonMapping mapping;
    if (const Node* const alerts = source.find("alerts")) {
        mapping.alerts = read_pointer(loading, *alerts, "alerts");
    }
    read_parts(loading, source, mapping);
    const Node* const node = source.find("fields");
    if (node == nullptr) {
        loading.diagnostics.error(
            source.at(), "'fields' is missing: it says where the fields of an alert stand"
        );
        return mapping;
    }
    const MapReader fields(loading.diagnostics, node, kFields);
    for (const Key& key : kFields.parts[0]) {
        const Node* const field = fields.find(key.name);
        if (field != nullptr && key.name != "tags") {
            mapping.fields.emplace(key.name, read_field(loading, *field, key.name));
        }
    }
    for (const auto& [name, field] :
         named_nodes(loading.diagnostics, fields.find("tags"), "tags", {})) {
        mapping.tags.emplace(name->text, read_field(loading, *field, name->text));
    }
    return mapping;
}

}  // namespace alert_bridge::config
