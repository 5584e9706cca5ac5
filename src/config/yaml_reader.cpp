// SPDX-License-Identifier: MIT
#include "alert_bridge/config/yaml_reader.hpp"

#include <algorithm>
#include <charconv>

#include "alert_bridge/base/invariant.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/network.hpp"

namespace alert_bridge::config {
namespace {

std::string quoted(std::string_view text) {
    return "'" + std::string(text) + "'";
}

// Digits only, no leading zero.
std::optional<std::int64_t> parse_decimal(std::string_view text) {
    const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
    if (digits.empty() || (digits.size() > 1 && digits.front() == '0')) {
        return std::nullopt;
    }
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

bool is_scalar(Diagnostics& diagnostics, const Node& node, std::string_view what) {
    if (node.kind == Node::Kind::scalar) {
        return true;
    }
    const bool is_list = node.kind == Node::Kind::sequence;
    const char* const found = is_list ? "a list" : "a mapping";
    diagnostics.error(
        node.at, quoted(what) + (node.kind == Node::Kind::null
                                     ? " has no value"
                                     : std::string(" must be a single value, not ") + found)
    );
    return false;
}

std::string format_size(std::int64_t bytes) {
    if (bytes % (1024 * 1024) == 0) {
        return std::to_string(bytes / (1024 * 1024)) + "MiB";
    }
    return bytes % 1024 == 0 ? std::to_string(bytes / 1024) + "KiB" : std::to_string(bytes);
}

}  // namespace

std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& known) {
    const std::string nearest = nearest_name(wrong, known);
    return nearest.empty() ? "" : " (did you mean " + quoted(nearest) + "?)";
}

std::optional<std::string> read_text(
    Diagnostics& diagnostics, const Node& node, std::string_view what
) {
    if (!is_scalar(diagnostics, node, what)) {
        return std::nullopt;
    }
    if (node.text.empty()) {
        diagnostics.error(node.at, quoted(what) + " must not be empty");
        return std::nullopt;
    }
    if (node.text.size() > kMaxScalarBytes) {
        diagnostics.error(node.at, quoted(what) + " is longer than 64 KiB");
        return std::nullopt;
    }
    return node.text;
}

std::optional<std::int64_t> read_integer(
    Diagnostics& diagnostics, const Node& node, const Key& key
) {
    if (!is_scalar(diagnostics, node, key.name)) {
        return std::nullopt;
    }
    const auto value = parse_decimal(node.text);
    if (!value) {
        diagnostics.error(
            node.at, quoted(key.name) + " must be a whole decimal number, not " + quoted(node.text)
        );
        return std::nullopt;
    }
    if (!node.plain) {
        diagnostics.error(
            node.at, quoted(key.name) + " must be a number: write " + node.text + " without quotes"
        );
        return std::nullopt;
    }
    if (*value < key.minimum || *value > key.maximum) {
        diagnostics.error(
            node.at, quoted(key.name) + " must be between " + std::to_string(key.minimum) +
                         " and " + std::to_string(key.maximum)
        );
        return std::nullopt;
    }
    return value;
}

std::optional<bool> read_boolean(Diagnostics& diagnostics, const Node& node, const Key& key) {
    if (!is_scalar(diagnostics, node, key.name)) {
        return std::nullopt;
    }
    if (node.plain && (node.text == "true" || node.text == "false")) {
        return node.text == "true";
    }
    diagnostics.error(
        node.at, quoted(key.name) + " must be true or false, not " + quoted(node.text)
    );
    return std::nullopt;
}

std::optional<Duration> read_duration(Diagnostics& diagnostics, const Node& node, const Key& key) {
    if (!is_scalar(diagnostics, node, key.name)) {
        return std::nullopt;
    }
    const auto value = parse_duration(node.text);
    if (!value) {
        const bool is_number = parse_decimal(node.text).has_value();
        diagnostics.error(
            node.at, quoted(key.name) + (is_number ? " needs a unit: " : " must be a duration: ") +
                         "30s, 5m, 24h or 7d, not " + quoted(node.text)
        );
        return std::nullopt;
    }
    if (value->count() < key.minimum || value->count() > key.maximum) {
        diagnostics.error(
            node.at, quoted(key.name) + " must be between " +
                         format_duration(Duration(key.minimum)) + " and " +
                         format_duration(Duration(key.maximum))
        );
        return std::nullopt;
    }
    return value;
}

std::optional<std::int64_t> read_size(Diagnostics& diagnostics, const Node& node, const Key& key) {
    if (!is_scalar(diagnostics, node, key.name)) {
        return std::nullopt;
    }
    std::string_view text = node.text;
    std::int64_t unit = 1;
    if (text.ends_with("KiB") || text.ends_with("MiB")) {
        unit = text.ends_with("KiB") ? 1024 : 1024 * 1024;
        text.remove_suffix(3);
    }
    const auto value = parse_decimal(text);
    if (!value || *value < 0 || *value > (std::int64_t{1} << 40)) {
        diagnostics.error(
            node.at, quoted(key.name) + " must be a size: 4MiB, 64KiB or a number of bytes, not " +
                         quoted(node.text)
        );
        return std::nullopt;
    }
    const std::int64_t bytes = *value * unit;
    if (bytes < key.minimum || bytes > key.maximum) {
        diagnostics.error(
            node.at, quoted(key.name) + " must be between " + format_size(key.minimum) + " and " +
                         format_size(key.maximum)
        );
        return std::nullopt;
    }
    return bytes;
}

bool is_one_of(
    Diagnostics& diagnostics, const Node& node, std::string_view what,
    const std::vector<std::string>& words
) {
    if (!is_scalar(diagnostics, node, what)) {
        return false;
    }
    if (std::find(words.begin(), words.end(), node.text) != words.end()) {
        return true;
    }
    const std::string found = node.text.empty() ? "empty" : quoted(node.text);
    diagnostics.error(
        node.at, quoted(what) + " must be " + (words.size() > 1 ? "one of " : "") +
                     join(words, ", ") + ", not " + found + did_you_mean(node.text, words)
    );
    return false;
}

std::vector<const Node*> one_or_many(const Node* node) {
    std::vector<const Node*> result;
    if (node != nullptr && node->kind == Node::Kind::sequence) {
        for (const Node& item : node->items) {
            result.push_back(&item);
        }
    } else if (node != nullptr) {
        result.push_back(node);
    }
    return result;
}

std::vector<NamedNode> named_nodes(
    Diagnostics& diagnostics, const Node* node, std::string_view what, std::string_view characters
) {
    std::vector<NamedNode> result;
    if (node == nullptr) {
        return result;
    }
    if (node->kind != Node::Kind::mapping) {
        diagnostics.error(node->at, quoted(what) + " must be a mapping of names");
        return result;
    }
    for (std::size_t i = 0; i < node->names.size(); ++i) {
        const Node::Name& name = node->names[i];
        const std::string shown = quoted(cut_code_points(name.text, 80));
        const bool is_name = !name.text.empty() && name.text.size() <= 64 &&
                             name.text.find_first_not_of(characters) == std::string::npos;
        if (!is_name && !characters.empty()) {
            diagnostics.error(
                name.at,
                shown + " is not a name: use 1 to 64 of " +
                    (characters.find('A') == std::string_view::npos ? "a-z, 0-9 and -"
                                                                    : "A-Z, a-z, 0-9, _ and -")
            );
        } else if (node->items[i].kind == Node::Kind::null) {
            diagnostics.error(name.at, shown + " has no value");
        } else {
            result.push_back({&name, &node->items[i]});
        }
    }
    return result;
}

std::optional<std::string> read_network(
    Diagnostics& diagnostics, const Node& node, std::string_view what
) {
    auto text = read_text(diagnostics, node, what);
    if (!text) {
        return std::nullopt;
    }
    if (const auto network = domain::Network::parse(*text); network.has_error()) {
        diagnostics.error(node.at, quoted(what) + ": " + network.error().message);
        return std::nullopt;
    }
    return text;
}

MapReader::MapReader(
    Diagnostics& diagnostics, const Node* node, const Section& section, Position at
)
    : diagnostics_(diagnostics), node_(node), section_(section), at_(at) {
    if (node != nullptr) {
        at_ = node->at;
        if (node->kind != Node::Kind::mapping) {
            diagnostics.error(
                at_, section.path.empty() ? "the file must be a mapping of sections"
                                          : quoted(section.path) + " must be a mapping"
            );
            node_ = nullptr;
            return;
        }
    }
    check_keys();
}

void MapReader::check_keys() const {
    std::vector<std::string> known;
    for (const auto& part : section_.parts) {
        for (const Key& each : part) {
            known.emplace_back(each.name);
            if (each.required && (node_ == nullptr || node_->find(each.name) == nullptr)) {
                diagnostics_.error(
                    at_, quoted(each.name) + " is missing" +
                             (section_.path.empty() ? "" : " in " + quoted(section_.path))
                );
            }
        }
    }
    for (std::size_t i = 0; node_ != nullptr && i < node_->names.size(); ++i) {
        const Node::Name& name = node_->names[i];
        if (section_.find(name.text) == nullptr) {
            diagnostics_.error(
                name.at, "unknown key " + quoted(cut_code_points(name.text, 80)) +
                             (section_.path.empty() ? "" : " in " + quoted(section_.path)) +
                             did_you_mean(name.text, known)
            );
        } else if (node_->items[i].kind == Node::Kind::null) {
            diagnostics_.error(
                name.at, quoted(name.text) + " has no value; leave the key out to get its default"
            );
        }
    }
}

const Key& MapReader::key(std::string_view name) const {
    const Key* const found = section_.find(name);
    BRIDGE_INVARIANT(found != nullptr);
    return *found;
}

const Node* MapReader::find(std::string_view name) const {
    BRIDGE_INVARIANT(section_.find(name) != nullptr);
    const Node* const found = node_ == nullptr ? nullptr : node_->find(name);
    return found == nullptr || found->kind == Node::Kind::null ? nullptr : found;
}

Position MapReader::position(std::string_view name) const {
    const Node* const found = find(name);
    return found == nullptr ? at_ : found->at;
}

const Node* MapReader::value(const Key& key, Node& holder) const {
    if (const Node* const written = find(key.name)) {
        return written;
    }
    if (key.fallback.empty() || !section_.uses_fallbacks) {
        return nullptr;
    }
    holder = Node{Node::Kind::scalar, at_, true, std::string(key.fallback), {}, {}};
    return &holder;
}

std::optional<std::string> MapReader::text(std::string_view name) const {
    Node holder;
    const Node* const node = value(key(name), holder);
    return node == nullptr ? std::nullopt : read_text(diagnostics_, *node, name);
}

std::optional<std::int64_t> MapReader::integer(std::string_view name) const {
    Node holder;
    const Node* const node = value(key(name), holder);
    return node == nullptr ? std::nullopt : read_integer(diagnostics_, *node, key(name));
}

std::optional<bool> MapReader::boolean(std::string_view name) const {
    Node holder;
    const Node* const node = value(key(name), holder);
    return node == nullptr ? std::nullopt : read_boolean(diagnostics_, *node, key(name));
}

std::optional<Duration> MapReader::duration(std::string_view name) const {
    Node holder;
    const Node* const node = value(key(name), holder);
    return node == nullptr ? std::nullopt : read_duration(diagnostics_, *node, key(name));
}

std::optional<std::int64_t> MapReader::size(std::string_view name) const {
    Node holder;
    const Node* const node = value(key(name), holder);
    return node == nullptr ? std::nullopt : read_size(diagnostics_, *node, key(name));
}

std::optional<std::string> MapReader::choice(std::string_view name) const {
    Node holder;
    const Node* const node = value(key(name), holder);
    if (node == nullptr || !is_one_of(diagnostics_, *node, name, split(key(name).choices, "|"))) {
        return std::nullopt;
    }
    return node->text;
}

MapReader MapReader::section(std::string_view name, const Section& section) const {
    return MapReader(diagnostics_, find(name), section, at_);
}

}  // namespace alert_bridge::config
