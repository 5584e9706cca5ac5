// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/zabbix_tags.hpp"

#include <string>
#include <utility>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/sources/safe_json.hpp"

namespace alert_bridge::sources {
namespace {

using domain::Tag;

std::string take_text(JsonMembers& members, std::string_view name) {
    for (JsonMember& member : members) {
        if (member.name == name) {
            return std::move(member.text);
        }
    }
    return {};
}

// A JSON text inside a JSON string: parsed a second time.
std::vector<Tag> tags_from_json(std::string_view text) {
    std::vector<Tag> tags;
    if (Result<std::vector<JsonMembers>> rows = parse_json_rows(text)) {
        tags.reserve(rows->size());
        for (JsonMembers& members : *rows) {
            tags.push_back({take_text(members, "tag"), take_text(members, "value")});
        }
    }
    return tags;
}

// "customer:ACME, flag": cannot tell a comma inside a value, so only used when there is no JSON.
std::vector<Tag> tags_from_text(std::string_view text) {
    std::vector<Tag> tags;
    for (const std::string& part : split(text, ", ")) {
        const std::size_t colon = part.find(':');
        tags.push_back(
            {part.substr(0, colon), colon == std::string::npos ? "" : part.substr(colon + 1)}
        );
    }
    return tags;
}

}  // namespace

std::vector<domain::Tag> zabbix_event_tags(const Fields& fields) {
    for (const std::string_view name : {"event_tagsjson", "event_tags", "tags"}) {
        if (const std::string_view text = fields.get(name); trim(text).starts_with('[')) {
            return tags_from_json(text);
        }
    }
    const std::string_view text = fields.first_of({"event_tags", "tags"});
    return text.empty() ? std::vector<Tag>() : tags_from_text(text);
}

}  // namespace alert_bridge::sources
