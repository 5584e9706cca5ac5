// SPDX-License-Identifier: MIT
//
// Says whether HTML for a ticket holds our own tags, web links and escaped text only.
// Not a parser of HTML: it knows the few tags that our templates write, and refuses all others.
// Thread rule: pure. Tests: tests/unit/domain/hostile_text_test.cpp
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "alert_bridge/base/text.hpp"

namespace test_support {

inline bool has_control(std::string_view text, bool line_feed_allowed) {
    const std::string kept = alert_bridge::drop_controls(text);
    return kept != text || (!line_feed_allowed && kept.find_first_of("\n\t") != std::string::npos);
}

// Length of the tag of ours that stands at `at`, 0 when what stands there is not ours.
inline std::size_t own_tag_length(std::string_view html, std::size_t at) {
    static const std::set<std::string_view> kOwn{
        "<p>",   "</p>",   "<ul>",     "</ul>",     "<li>",         "</li>",
        "<pre>", "</pre>", "<strong>", "</strong>", "<em>",         "</em>",
        "<br>",  "</a>",   "<b>",      "</b>",      "<blockquote>", "</blockquote>"};
    const std::size_t end = html.find('>', at);
    if (end == std::string_view::npos) {
        return 0;
    }
    const std::string_view tag = html.substr(at, end + 1 - at);
    if (kOwn.count(tag) == 1) {
        return tag.size();
    }
    constexpr std::string_view kLink = "<a href=\"";
    const bool is_web = tag.starts_with(std::string(kLink) + "https://") ||
                        tag.starts_with(std::string(kLink) + "http://");
    const bool is_link = is_web && tag.ends_with("\">");
    const std::string_view address =
        is_link ? tag.substr(kLink.size(), tag.size() - kLink.size() - 2) : std::string_view();
    return is_link && address.find_first_of("\"'<>") == std::string_view::npos ? tag.size() : 0;
}

inline bool is_entity(std::string_view html, std::size_t at) {
    for (const std::string_view entity : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"}) {
        if (html.substr(at, entity.size()) == entity) {
            return true;
        }
    }
    return false;
}

// Empty when the HTML holds our own tags and escaped text only; otherwise where it does not.
inline std::string foreign_markup(std::string_view html) {
    for (std::size_t at = 0; at < html.size();) {
        if (html[at] == '<') {
            const std::size_t length = own_tag_length(html, at);
            if (length == 0) {
                return std::string(html.substr(at, 60));
            }
            at += length;
            continue;
        }
        const bool bare = html[at] == '>' || html[at] == '"' || html[at] == '\'';
        if (bare || (html[at] == '&' && !is_entity(html, at))) {
            return std::string(html.substr(at, 60));
        }
        ++at;
    }
    return {};
}

inline std::size_t count_of(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos;
         at = text.find(part, at + part.size())) {
        ++count;
    }
    return count;
}

inline bool balanced(std::string_view html) {
    for (const std::string name : {"p", "ul", "li", "pre", "strong", "em", "b", "blockquote"}) {
        if (count_of(html, "<" + name + ">") != count_of(html, "</" + name + ">")) {
            return false;
        }
    }
    return count_of(html, "<a href=") == count_of(html, "</a>");
}

}  // namespace test_support
