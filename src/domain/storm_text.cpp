// SPDX-License-Identifier: MIT
#include <algorithm>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/template_values.hpp"

namespace alert_bridge::domain {
namespace {

std::string line_text(const MemberLine& line, const Words& words, const std::string& zone) {
    std::string text = "<li>";
    if (!line.host.empty()) {
        text += "<strong>" + shown_in_list(line.host) + ":</strong> ";
    }
    text += shown_in_list(line.problem_name) + " (";
    text += words.severities[static_cast<std::size_t>(line.severity)];
    return text + "), " + format_local(line.since, zone) + "</li>\n";
}

std::string paragraph(std::string_view sentence, const MemberReport& report) {
    std::string text(sentence);
    fill_in(text, "{count}", std::to_string(report.total));
    fill_in(text, "{failing}", std::to_string(report.failing));
    return "<p>" + text + "</p>\n";
}

}  // namespace

StormText storm_opening_text(std::string_view entity, std::string_view since, const Words& words) {
    const bool of_all = entity.empty();
    StormText text;
    text.title = of_all ? words.storm.title_of_all : words.storm.title;
    fill_in(text.title, "{entity}", one_line(drop_controls(entity)));
    text.html = of_all ? words.storm.opening_of_all : words.storm.opening;
    fill_in(text.html, "{since}", escape_html(since));
    // Last: a name may hold anything.
    fill_in(text.html, "{entity}", escape_html(one_line(drop_controls(entity))));
    text.html = "<p>" + text.html + "</p>";
    return text;
}

std::vector<std::string> member_texts(
    MemberEvent why, const MemberReport& report, const Words& words, const std::string& zone
) {
    const bool of_host = why == MemberEvent::under_host;
    const std::string counts = paragraph(words.storm.counts, report);
    std::vector<std::string> texts;
    for (std::size_t next = 0; next < report.untold.size();) {
        std::string text = texts.empty() ? counts : std::string();
        text += "<p>" + std::string(of_host ? words.storm.members_of_host : words.storm.members) +
                "</p>\n<ul>\n";
        const std::size_t end =
            std::min(next + static_cast<std::size_t>(kMemberLines), report.untold.size());
        for (; next < end; ++next) {
            text += line_text(report.untold[next], words, zone);
        }
        texts.push_back(text + "</ul>\n");
    }
    if (texts.empty()) {
        texts.push_back(counts);
    }
    return texts;
}

std::string storm_end_text(std::int64_t total, const Words& words) {
    std::string text(words.storm.solution);
    fill_in(text, "{count}", std::to_string(total));
    return "<p>" + text + "</p>";
}

}  // namespace alert_bridge::domain
