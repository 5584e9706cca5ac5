// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/zabbix_tags.hpp"

#include <string>
#include <utility>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/sources/safe_json.hpp"

namespace alert_bridge::sources {
namespace {

using domain::Tag;

std::string text_of(const JsonMembers& members, std::string_view name) {
    for (const JsonMember& member : members) {
        if (member.name == name) {
            return std::string(member.text);
        }
    }
    return {};
}

// A JSON text inside a JSON string: parsed a second time.
std::vector<Tag> tags_from_json(std::string_view text) {
    std::vector<Tag> tags;
    if (const Result<JsonRows> found = parse_json_rows(text)) {
        tags.reserve(found->rows.size());
        for (const JsonMembers& members : found->rows) {
            tags.push_back({text_of(members, "tag"), text_of(members, "value")});
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
