// SPDX-License-Identifier: MIT
#include "alert_bridge/config/diagnostic.hpp"

#include <algorithm>
#include <tuple>

#include "alert_bridge/base/text.hpp"

namespace alert_bridge::config {

void Diagnostics::error(Position at, std::string message) {
    add({file_, at.line, at.column, Diagnostic::error, std::move(message)});
}

void Diagnostics::warning(Position at, std::string message) {
    add({file_, at.line, at.column, Diagnostic::warning, std::move(message)});
}

void Diagnostics::error_in(const std::string& file, Position at, std::string message) {
    add({file, at.line, at.column, Diagnostic::error, std::move(message)});
}

void Diagnostics::add(Diagnostic diagnostic) {
    if (diagnostic.severity == Diagnostic::error) {
        ++errors_;
    }
    if (list_.size() >= kMaxDiagnostics) {
        ++left_out_;
        return;
    }
    diagnostic.message = one_line(repair_utf8(diagnostic.message));
    list_.push_back(std::move(diagnostic));
}

std::vector<Diagnostic> Diagnostics::take() {
    std::vector<Diagnostic> result = std::move(list_);
    list_.clear();
    std::stable_sort(
        result.begin(), result.end(),
        [this](const Diagnostic& a, const Diagnostic& b) {
            return std::tuple(a.file != file_, a.file, a.line, a.column) <
                   std::tuple(b.file != file_, b.file, b.line, b.column);
        }
    );
    if (left_out_ > 0) {
        const Diagnostic& last = result.back();
        result.push_back(
            {last.file, last.line, last.column,
             errors_ > 0 ? Diagnostic::error : Diagnostic::warning,
             "and " + std::to_string(left_out_) + " more"}
        );
    }
    errors_ = 0;
    left_out_ = 0;
    return result;
}

std::string render(const std::vector<Diagnostic>& diagnostics) {
    std::string text;
    for (const Diagnostic& each : diagnostics) {
        text += each.file + ":" + std::to_string(each.line) + ":" + std::to_string(each.column);
        text += each.severity == Diagnostic::error ? ": error: " : ": warning: ";
        text += each.message + "\n";
    }
    return text;
}

}  // namespace alert_bridge::config
