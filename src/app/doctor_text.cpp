// SPDX-License-Identifier: MIT
// Findings as a list for people, and as JSON.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "alert_bridge/app/doctor.hpp"
#include "alert_bridge/base/text.hpp"

namespace alert_bridge::app {
namespace {

constexpr std::size_t kIndent = 9;      // "warning  "
constexpr std::size_t kNarrowest = 40;  // below that, lines are left to the terminal
constexpr std::string_view kPlain = "\033[0m";

std::string_view colour_of(Level level) {
    switch (level) {
        case Level::ok:
            return "\033[32m";
        case Level::skipped:
            return "\033[2m";
        case Level::warning:
            return "\033[33m";
        case Level::error:
            return "\033[1;31m";
    }
    return kPlain;
}

std::string padded(std::string_view text, std::size_t width) {
    std::string out(text);
    out.resize(std::max(out.size(), width), ' ');
    return out;
}

// Words on lines of at most `width`, the later ones indented; width 0: one line.
std::string wrapped(const std::string& text, std::size_t width, std::size_t indent) {
    if (width < kNarrowest) {
        return text;
    }
    std::string out;
    std::size_t column = indent;
    for (const std::string& word : split(text, " ")) {
        const std::size_t length = count_code_points(word);
        if (column > indent && column + 1 + length > width) {
            out += "\n" + std::string(indent, ' ');
            column = indent;
        } else if (column > indent) {
            out += ' ';
            ++column;
        }
        out += word;
        column += length;
    }
    return out;
}

class Writer {
  public:
    explicit Writer(std::size_t width) : width_(width) {}

    void head(Level level, std::string_view check, const std::string& what) {
        std::string label = padded(to_string(level), kIndent);
        if (width_ > 0) {
            label = std::string(colour_of(level)) + label + std::string(kPlain);
        }
        text_ += label + wrapped(clean(std::string(check) + ": " + what), width_, kIndent) + "\n";
    }
    void detail(std::string_view label, const std::string& what) {
        if (!what.empty()) {
            const std::string lead = std::string(kIndent, ' ') + std::string(label) + " ";
            text_ += lead + wrapped(clean(what), width_, lead.size()) + "\n";
        }
    }
    void line(const std::string& text) { text_ += text + "\n"; }
    [[nodiscard]] std::string take() { return std::move(text_); }

  private:
    // What GLPI, Zabbix or a file says may hold anything.
    static std::string clean(const std::string& text) { return one_line(repair_utf8(text)); }

    std::size_t width_;
    std::string text_;
};

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
    return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

std::string summary(const Findings& findings) {
    std::map<Level, std::size_t> counts;
    for (const Finding& finding : findings) {
        ++counts[finding.level];
    }
    return counted(counts[Level::error], "error", "errors") + ", " +
           counted(counts[Level::warning], "warning", "warnings") + ", " +
           std::to_string(counts[Level::ok]) + " fine, " + std::to_string(counts[Level::skipped]) +
           " not checked";
}

}  // namespace

std::string findings_as_text(const Findings& findings, std::size_t width) {
    Writer writer(width);
    // In the order in which each reason first came.
    std::vector<std::pair<std::string, std::vector<std::string>>> skipped;
    for (const Finding& finding : findings) {
        if (finding.level != Level::skipped) {
            writer.head(finding.level, finding.check, finding.what);
            writer.detail("why:", finding.why);
            writer.detail("do: ", finding.to_do);
            continue;
        }
        const auto same = std::find_if(skipped.begin(), skipped.end(), [&](const auto& each) {
            return each.first == finding.what;
        });
        if (same == skipped.end()) {
            skipped.push_back({finding.what, {finding.check}});
        } else {
            same->second.push_back(finding.check);
        }
    }
    for (const auto& [why, checks] : skipped) {
        writer.head(Level::skipped, join(checks, ", "), why);
    }
    writer.line("");
    writer.line(summary(findings));
    return writer.take();
}

std::string findings_as_json(const Findings& findings) {
    std::string out;
    for (const Finding& finding : findings) {
        nlohmann::ordered_json row;
        row["level"] = to_string(finding.level);
        row["check"] = finding.check;
        row["what"] = finding.what;
        row["why"] = finding.why;
        row["to_do"] = finding.to_do;
        out += row.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace) + "\n";
    }
    return out;
}

}  // namespace alert_bridge::app
