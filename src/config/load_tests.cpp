// SPDX-License-Identifier: MIT
//
// The section tests: cases for test-rules.
#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/config/files.hpp"
#include "alert_bridge/config/sections.hpp"
#include "alert_bridge/config/test_cases.hpp"

namespace alert_bridge::config {
namespace {

constexpr std::size_t kMaxPayloadBytes = 4 * 1024 * 1024;
constexpr std::string_view kPlainWords[] = {"true", "false", "null"};

// As JSON writes numbers: 007 and .5 are texts.
bool is_number(const std::string& text) {
    std::size_t at = text.starts_with('-') ? 1 : 0;
    const auto has = [&text, &at](std::string_view letters) {
        return at < text.size() && letters.find(text[at]) != std::string_view::npos;
    };
    const auto digits = [&] {
        const std::size_t first = at;
        while (has("0123456789")) {
            ++at;
        }
        return at - first;
    };
    const bool leads_with_zero = has("0");
    const std::size_t whole = digits();
    if (whole == 0 || (leads_with_zero && whole > 1)) {
        return false;
    }
    bool is_whole = true;
    if (has(".")) {
        ++at;
        is_whole = digits() > 0;
    }
    if (has("eE")) {
        ++at;
        at += has("+-") ? 1 : 0;
        is_whole = digits() > 0 && is_whole;
    }
    return is_whole && at == text.size();
}

void write_string(std::string& out, const std::string& text) {
    out += '"';
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (letter == '"' || letter == '\\') {
            out += '\\';
            out += letter;
        } else if (byte < 0x20) {
            constexpr const char* kDigits = "0123456789abcdef";
            out += std::string("\\u00") + kDigits[byte >> 4U] + kDigits[byte & 0xfU];
        } else {
            out += letter;
        }
    }
    out += '"';
}

// JSON is YAML too: a body that stands here as it is sent becomes the same body again, but for the
// blanks between its parts.
void write_json(std::string& out, const Node& node) {
    switch (node.kind) {
        case Node::Kind::null:
            out += "null";
            return;
        case Node::Kind::scalar: {
            const bool is_word =
                std::find(std::begin(kPlainWords), std::end(kPlainWords), node.text) !=
                std::end(kPlainWords);
            if (node.plain && (is_word || is_number(node.text))) {
                out += node.text;
            } else {
                write_string(out, node.text);
            }
            return;
        }
        case Node::Kind::sequence:
        case Node::Kind::mapping:
            break;
    }
    const bool is_map = node.kind == Node::Kind::mapping;
    out += is_map ? '{' : '[';
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        out += i > 0 ? "," : "";
        if (is_map) {
            write_string(out, node.names[i].text);
            out += ':';
        }
        write_json(out, node.items[i]);
    }
    out += is_map ? '}' : ']';
}

class Cases {
  public:
    Cases(Diagnostics& diagnostics, const Config& config, std::string base_dir)
        : diagnostics_(diagnostics), config_(config), base_dir_(std::move(base_dir)) {
        for (const SourceConfig& source : config.sources) {
            sources_.push_back(source.options.name);
        }
    }

    void add(const Node& node) {
        const MapReader reader(diagnostics_, &node, kTest);
        TestCase one;
        one.at = node.at;
        one.name = reader.text("name").value_or("");
        if (!one.name.empty() && !names_.insert(one.name).second) {
            diagnostics_.error(
                reader.position("name"), "'" + one.name + "' is the name of another case"
            );
        }
        one.source = reader.text("source").value_or("");
        if (!one.source.empty() &&
            std::find(sources_.begin(), sources_.end(), one.source) == sources_.end()) {
            diagnostics_.error(
                reader.position("source"),
                "there is no source '" + one.source + "'" + did_you_mean(one.source, sources_)
            );
        }
        const Node* const payload = reader.find("payload");
        const Node* const alert = reader.find("alert");
        if ((payload == nullptr) == (alert == nullptr) && node.kind == Node::Kind::mapping) {
            diagnostics_.error(reader.at(), "a case needs either 'payload' or 'alert'");
        }
        if (payload != nullptr) {
            one.payload = payload_of(*payload);
        }
        if (alert != nullptr) {
            one.alert = alert_of(*alert);
        }
        std::string zone = config_.rules.default_time_zone;
        one.now = read_date(reader, "at", is_known_time_zone(zone) ? zone : "UTC");
        if (const Node* const asset = reader.find("asset")) {
            one.asset.emplace();
            one.asset->values = tags_of(*asset, "asset");
        }
        if (const Node* const expect = reader.find("expect")) {
            read_expected(*expect, one);
        }
        cases.push_back(std::move(one));
    }

    std::vector<TestCase> cases;

  private:
    std::string payload_of(const Node& node) {
        if (node.kind == Node::Kind::scalar) {
            return node.text;
        }
        const Node* const file = node.find("file");
        if (node.kind != Node::Kind::mapping || file == nullptr || node.items.size() != 1) {
            std::string body;
            write_json(body, node);
            return body;
        }
        const auto path = read_text(diagnostics_, *file, "file");
        if (!path) {
            return {};
        }
        FileText content = read_file(resolve_path(*path, base_dir_), kMaxPayloadBytes);
        if (!content.problem.empty()) {
            diagnostics_.error(file->at, "'file': " + content.problem);
        }
        return std::move(content.text);
    }

    std::vector<domain::Tag> tags_of(const Node& node, std::string_view what) {
        std::vector<domain::Tag> tags;
        for (const NamedNode& named : named_nodes(diagnostics_, &node, what, "")) {
            for (const Node* each : one_or_many(named.node)) {
                if (const auto value = read_text(diagnostics_, *each, named.name->text)) {
                    tags.push_back({named.name->text, *value});
                }
            }
        }
        return tags;
    }

    domain::Alert alert_of(const Node& node) {
        const MapReader reader(diagnostics_, &node, kTestAlert);
        domain::Alert alert;
        const auto text = [&reader](std::string_view name) {
            return reader.text(name).value_or("");
        };
        const auto kind = reader.choice("kind");
        alert.kind = kind ? *domain::parse_alert_kind(*kind) : domain::AlertKind::problem;
        alert.state = alert.kind == domain::AlertKind::recovery ? domain::ProblemState::ok
                                                                : domain::ProblemState::failing;
        const auto severity = reader.choice("severity");
        alert.severity = severity ? *domain::parse_severity(*severity) : domain::Severity::average;
        alert.sender_state = text("sender_state");
        alert.host.name = text("host");
        alert.host.visible_name = text("visible_name");
        alert.host.address = text("address");
        alert.host.serial = text("serial");
        alert.host.uuid = text("uuid");
        alert.host.inventory_number = text("inventory_number");
        alert.service = text("service");
        alert.problem_name = text("problem");
        alert.text = text("text");
        alert.host_problem = reader.boolean("host_problem").value_or(false);
        for (const Node* each : one_or_many(reader.find("host_groups"))) {
            if (const auto group = read_text(diagnostics_, *each, "host_groups")) {
                alert.host.groups.push_back(*group);
            }
        }
        if (const Node* const tags = reader.find("tags")) {
            alert.tags = tags_of(*tags, "tags");
        }
        if (const Node* const inventory = reader.find("inventory")) {
            for (domain::Tag& field : tags_of(*inventory, "inventory")) {
                alert.host.inventory[field.name] = std::move(field.value);
            }
        }
        return alert;
    }

    void read_expected(const Node& node, TestCase& one) {
        const MapReader reader(diagnostics_, &node, kExpect);
        if (node.kind == Node::Kind::mapping && node.items.empty()) {
            diagnostics_.error(node.at, "'expect' is empty");
        }
        add_expected(reader, kExpect, "", one);
        if (reader.find("notify") != nullptr) {
            add_expected(reader.section("notify", kRuleNotify), kRuleNotify, "notify.", one);
        }
        if (reader.find("flapping") != nullptr) {
            add_expected(
                reader.section("flapping", kRuleFlapping), kRuleFlapping, "flapping.", one
            );
        }
        for (const Expected& each : one.expected) {
            check_rule_name(each);
        }
    }

    void add_expected(
        const MapReader& reader, const Section& section, const std::string& prefix, TestCase& one
    ) {
        for (const auto& part : section.parts) {
            for (const Key& key : part) {
                const Node* const node = reader.find(key.name);
                const bool is_section = key.name == "notify" || key.name == "flapping";
                if (node == nullptr || is_section) {
                    continue;
                }
                if (const auto value = expected_value(reader, key, *node)) {
                    one.expected.push_back({prefix + std::string(key.name), *value, node->at});
                }
            }
        }
    }

    // As domain/plan_fields.hpp writes it.
    std::optional<std::string> expected_value(
        const MapReader& reader, const Key& key, const Node& node
    ) {
        switch (key.type) {
            case ValueType::boolean: {
                const auto flag = reader.boolean(key.name);
                return flag ? std::optional<std::string>(*flag ? "true" : "false") : std::nullopt;
            }
            case ValueType::integer: {
                const auto number = reader.integer(key.name);
                return number ? std::optional(std::to_string(*number)) : std::nullopt;
            }
            case ValueType::duration: {
                const auto duration = reader.duration(key.name);
                return duration ? std::optional(format_duration(*duration)) : std::nullopt;
            }
            case ValueType::choice:
                return reader.choice(key.name);
            case ValueType::texts: {
                std::vector<std::string> parts;
                for (const Node* each : one_or_many(&node)) {
                    parts.push_back(read_text(diagnostics_, *each, key.name).value_or(""));
                }
                return join(parts, ", ");
            }
            case ValueType::entity:
                return node.kind == Node::Kind::mapping ? entity_of(node, key.name)
                                                        : text_of(reader, key, node);
            default:
                return key.name == "open_after" ? wait_of(reader, key, node)
                                                : text_of(reader, key, node);
        }
    }

    static std::optional<std::string> text_of(
        const MapReader& reader, const Key& key, const Node& node
    ) {
        // Empty says: nothing.
        return node.kind == Node::Kind::scalar && node.text.empty() ? std::optional<std::string>("")
                                                                    : reader.text(key.name);
    }

    // {by: …, value: …}
    std::optional<std::string> entity_of(const Node& node, std::string_view name) {
        const MapReader reader(diagnostics_, &node, kEntity);
        const auto by = reader.choice("by");
        const auto value = reader.text("value");
        if (!by || !value || node.items.size() != 2) {
            diagnostics_.error(
                node.at, "'" + std::string(name) + "' must be a name or {by: …, value: …} here"
            );
            return std::nullopt;
        }
        return *by + " " + *value;
    }

    // The wait that holds for this very alert.
    std::optional<std::string> wait_of(const MapReader& reader, const Key& key, const Node& node) {
        const auto text = reader.text(key.name);
        const auto wait = text ? parse_duration(*text) : std::nullopt;
        if (text && !wait) {
            diagnostics_.error(node.at, "'open_after' must be a duration like 10m");
        }
        return wait ? std::optional(format_duration(*wait)) : std::nullopt;
    }

    void check_rule_name(const Expected& expected) {
        if (expected.name != "rule") {
            return;
        }
        std::vector<std::string> known;
        for (const domain::RuleSpec& rule : config_.rules.rules) {
            known.push_back(rule.name);
        }
        if (std::find(known.begin(), known.end(), expected.value) == known.end()) {
            diagnostics_.error(
                expected.at,
                "there is no rule '" + expected.value + "'" + did_you_mean(expected.value, known)
            );
        }
    }

    Diagnostics& diagnostics_;
    const Config& config_;
    std::string base_dir_;
    std::vector<std::string> sources_;
    std::set<std::string> names_;
};

}  // namespace

LoadedTests load_tests(const std::string& path, const Config& config) {
    LoadedTests loaded;
    loaded.file = path;
    Diagnostics diagnostics(path);
    const FileText content = read_file(path, kMaxYamlBytes);
    if (!content.problem.empty()) {
        diagnostics.error({}, content.problem);
    }
    std::error_code failure;
    const auto directory = std::filesystem::absolute(path, failure).parent_path().string();
    const auto document =
        content.problem.empty() ? parse_yaml(content.text, diagnostics) : std::nullopt;
    if (document && document->find("sources") == nullptr) {
        // Not the configuration itself, whose keys the loader has looked at, and which need not
        // have any cases.
        const MapReader reader(diagnostics, &*document, kTestFile);
    }
    const Node* const list = document ? document->find("tests") : nullptr;
    if (list != nullptr && list->kind == Node::Kind::sequence) {
        Cases cases(diagnostics, config, directory);
        for (const Node& each : list->items) {
            cases.add(each);
        }
        loaded.cases = std::move(cases.cases);
    } else if (list != nullptr && list->kind != Node::Kind::null) {
        diagnostics.error(list->at, "'tests' must be a list: each case begins with a dash");
    }
    loaded.diagnostics = diagnostics.take();
    return loaded;
}

}  // namespace alert_bridge::config
