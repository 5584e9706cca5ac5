// SPDX-License-Identifier: MIT
// What GLPI does to titles, and the reference line.
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/render.hpp"

namespace alert_bridge::domain {
namespace {

constexpr std::string_view kEllipsis = "…";

struct TitleRule {
    std::size_t limit;
    // What one code point of the title costs.
    std::size_t (*cost)(std::string_view code_point);
};

std::size_t bytes(std::string_view code_point) {
    return code_point.size();
}
std::size_t one(std::string_view) {
    return 1;
}
// GLPI 10 stores & < > as &#38; &#60; &#62; and cuts what is stored.
std::size_t stored_by_10(std::string_view code_point) {
    return code_point == "&" || code_point == "<" || code_point == ">" ? 5 : 1;
}

TitleRule rule_of(int glpi_major) {
    if (glpi_major <= 9) {
        return {254, bytes};
    }
    return {255, glpi_major == 10 ? stored_by_10 : one};
}

// Bytes of the code point at `at`, in valid UTF-8.
std::size_t length_at(std::string_view text, std::size_t at) {
    std::size_t end = at + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        ++end;
    }
    return end - at;
}

}  // namespace

std::string cut_title(std::string_view title, int glpi_major) {
    const TitleRule rule = rule_of(glpi_major);
    const std::size_t ellipsis = rule.cost(kEllipsis);
    std::size_t cost = 0;
    std::size_t room_for_ellipsis_until = 0;  // bytes that fit together with the ellipsis
    for (std::size_t at = 0; at < title.size();) {
        const std::size_t length = length_at(title, at);
        if (cost + ellipsis <= rule.limit) {
            room_for_ellipsis_until = at;
        }
        cost += rule.cost(title.substr(at, length));
        if (cost > rule.limit) {
            return std::string(title.substr(0, room_for_ellipsis_until)) + std::string(kEllipsis);
        }
        at += length;
    }
    return std::string(title);
}

std::string with_reference(std::string_view html, std::string_view reference) {
    std::string result(html);
    if (!reference.empty()) {
        result += "\n<p>" + escape_html(reference) + "</p>";
    }
    return result;
}

}  // namespace alert_bridge::domain
