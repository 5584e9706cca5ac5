// SPDX-License-Identifier: MIT
#include "alert_bridge/config/keys.hpp"

#include <set>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/base/time.hpp"
#include "alert_bridge/config/yaml_reader.hpp"
#include "alert_bridge/domain/plan.hpp"
#include "catch.hpp"
#include "paths.hpp"
#include "support.hpp"

using namespace alert_bridge;
using namespace alert_bridge::config;

namespace {

// Calls `visit(section, key)` for every key there is.
template <class Visit>
void for_each_key(Visit visit) {
    for (const Section* section : all_sections()) {
        for (const auto& part : section->parts) {
            for (const Key& key : part) {
                visit(*section, key);
            }
        }
    }
}

bool reads_back(const Key& key) {
    Diagnostics diagnostics("default");
    const Node node{Node::Kind::scalar, {}, true, std::string(key.fallback), {}, {}};
    switch (key.type) {
        case ValueType::integer:
            return read_integer(diagnostics, node, key).has_value();
        case ValueType::boolean:
            return read_boolean(diagnostics, node, key).has_value();
        case ValueType::duration:
            return read_duration(diagnostics, node, key).has_value();
        case ValueType::size:
            return read_size(diagnostics, node, key).has_value();
        case ValueType::choice:
            return is_one_of(diagnostics, node, key.name, split(key.choices, "|"));
        default:
            return !key.fallback.empty();
    }
}

}  // namespace

TEST_CASE("every key has a name of its own, a help line, and limits that fit its type") {
    for_each_key([](const Section& section, const Key& key) {
        INFO(section.path << "." << key.name);
        CHECK(key.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos);
        CHECK(key.help.size() > 5);
        CHECK(section.find(key.name) == &key);
        CHECK((key.type == ValueType::choice) == !key.choices.empty());
        const bool has_limits = key.type == ValueType::integer || key.type == ValueType::duration ||
                                key.type == ValueType::size;
        CHECK(has_limits == (key.maximum > key.minimum));
        CHECK_FALSE((key.required && !key.fallback.empty()));
    });
}

TEST_CASE("every default is a value that could have been written") {
    int defaults = 0;
    for_each_key([&](const Section& section, const Key& key) {
        if (!key.fallback.empty()) {
            INFO(section.path << "." << key.name << ": " << key.fallback);
            CHECK(reads_back(key));
            ++defaults;
        }
    });
    CHECK(defaults > 40);
}

TEST_CASE("numbers, durations, sizes and booleans that are not required have a default") {
    for_each_key([](const Section& section, const Key& key) {
        const bool is_scalar = key.type == ValueType::integer || key.type == ValueType::duration ||
                               key.type == ValueType::size || key.type == ValueType::boolean;
        const bool leaves_alone =
            section.path.starts_with("rules[].then") || section.path.starts_with("tests[].expect");
        if (is_scalar && !key.required && !leaves_alone) {
            INFO(section.path << "." << key.name);
            CHECK_FALSE(key.fallback.empty());
        }
    });
}

TEST_CASE("every choice of the policy is a word of the domain") {
    const auto all_parse = [](std::string_view name, auto parse) {
        for (const std::string& word : split(kDefaults.find(name)->choices, "|")) {
            INFO(name << ": " << word);
            CHECK(parse(word).has_value());
        }
    };
    all_parse("open", &domain::parse_severity);
    all_parse("on_repeat", &domain::parse_on_repeat);
    all_parse("on_recovery", &domain::parse_on_recovery);
    all_parse("on_severity_change", &domain::parse_on_severity_change);
    all_parse("on_acknowledge", &domain::parse_on_acknowledge);
    all_parse("fold", &domain::parse_fold);
    all_parse("mode", &domain::parse_mode);
    all_parse("downtime", &domain::parse_on_downtime);
    all_parse("on_expire", &domain::parse_on_expire);
    all_parse("ticket_date", &domain::parse_ticket_date);
    CHECK(domain::parse_ticket_type("request").has_value());
    CHECK(domain::parse_entity_by("registration_number").has_value());
}

TEST_CASE("the defaults of the table are those of the domain's policy") {
    const domain::Policy policy;
    const auto written = [](std::string_view name) { return kDefaults.find(name)->fallback; };
    CHECK(written("open") == to_string(policy.open));
    CHECK(written("on_repeat") == to_string(policy.on_repeat));
    CHECK(written("on_recovery") == to_string(policy.on_recovery));
    CHECK(written("on_severity_change") == to_string(policy.on_severity_change));
    CHECK(written("on_acknowledge") == to_string(policy.on_acknowledge));
    CHECK(written("fold") == to_string(policy.fold));
    CHECK(written("downtime") == to_string(policy.downtime));
    CHECK(written("on_expire") == to_string(policy.on_expire));
    CHECK(parse_duration(written("expire_after")) == policy.expire_after);
    CHECK(written("mode") == to_string(policy.mode));
    CHECK(written("ticket_date") == to_string(policy.ticket_date));
    CHECK(parse_duration(written("resolve_after")) == policy.resolve_after);
    CHECK(parse_duration(written("reopen_within")) == policy.reopen_within);
    CHECK(parse_duration(written("recheck_after")) == policy.recheck_after);
    CHECK(written("group_by") == join(policy.group_by, ","));
    CHECK(kFlapping.find("changes")->fallback == std::to_string(policy.flapping.changes));
    CHECK(parse_duration(kFlapping.find("within")->fallback) == policy.flapping.within);
    CHECK(parse_duration(kFlapping.find("quiet")->fallback) == policy.flapping.quiet);
    CHECK((written("followup_private") == "true") == policy.followup_private);
    CHECK((kNotify.find("open")->fallback == "true") == policy.notify.open);
    CHECK((kNotify.find("followup")->fallback == "true") == policy.notify.followup);
    CHECK((kNotify.find("solve")->fallback == "true") == policy.notify.solve);
    CHECK((kNotify.find("reopen")->fallback == "true") == policy.notify.reopen);
}

TEST_CASE("the reference shows every key, and every default as it is") {
    const std::string reference =
        config_test::read_whole((project_dir() / "config/bridge.yaml").string());
    for_each_key([&](const Section& section, const Key& key) {
        INFO(section.path << "." << key.name);
        const std::string name(key.name);
        CHECK(reference.find(name) != std::string::npos);
        // A rule's policy keys are shown in `defaults`; `stop: true` is shown because false says
        // nothing.
        const bool shown_elsewhere = section.path.starts_with("rules[]") ||
                                     section.path == "tests[].expect" || key.name == "templates";
        if (!key.fallback.empty() && !shown_elsewhere) {
            CHECK(reference.find(name + ": " + std::string(key.fallback)) != std::string::npos);
        }
    });
}
