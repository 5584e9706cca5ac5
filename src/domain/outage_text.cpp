// SPDX-License-Identifier: MIT
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/template_values.hpp"

namespace alert_bridge::domain {
namespace {

std::string line_text(const OutageLine& line, const Words& words, const std::string& zone) {
    std::string text = "<li>";
    if (!line.host.empty()) {
        text += "<strong>" + shown_in_list(line.host) + ":</strong> ";
    }
    text += shown_in_list(line.problem_name) + " (";
    text += words.severities[static_cast<std::size_t>(line.severity)];
    text += ")";
    if (line.problems > 1) {
        text += " × " + std::to_string(line.problems);
    }
    return text + ", " + format_local(line.first_start, zone) + " – " +
           format_local(line.last_end, zone) + "</li>\n";
}

}  // namespace

std::string shown_in_list(std::string_view value) {
    return escape_html(one_line(cut_code_points(drop_controls(value), 256)));
}

OutageText outage_text(const OutageReport& report, const Words& words, const std::string& zone) {
    const std::string count = std::to_string(report.problems);
    OutageText text;
    text.title = words.outage.title;
    fill_in(text.title, "{count}", count);
    text.html = words.outage.intro;
    fill_in(text.html, "{count}", count);
    fill_in(text.html, "{from}", format_local(report.first_start, zone));
    fill_in(text.html, "{until}", format_local(report.last_end, zone));
    text.html = "<p>" + text.html + "</p>\n<ul>\n";
    for (const OutageLine& line : report.lines) {
        text.html += line_text(line, words, zone);
    }
    text.html += "</ul>\n";
    if (report.lines_left_out > 0) {
        std::string more(words.outage.more);
        fill_in(more, "{count}", std::to_string(report.lines_left_out));
        text.html += "<p>" + more + "</p>\n";
    }
    text.solution = "<p>" + std::string(words.outage.solution) + "</p>";
    return text;
}

}  // namespace alert_bridge::domain
