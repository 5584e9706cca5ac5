// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/safe_json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "alert_bridge/base/text.hpp"

namespace alert_bridge::sources {
namespace {

using nlohmann::json;

std::string place(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, std::min(offset, text.size()));
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t newline = before.rfind('\n');
    const std::size_t column =
        before.size() - (newline == std::string_view::npos ? 0 : newline + 1) + 1;
    return "line " + std::to_string(line) + ", column " + std::to_string(column) + " (byte " +
           std::to_string(before.size() + 1) + ")";
}

// The library's reason without its prefix and without the piece of input it repeats.
std::string reason(std::string_view what) {
    if (const std::size_t dash = what.find(" - "); dash != std::string_view::npos) {
        what.remove_prefix(dash + 3);
    } else if (const std::size_t bracket = what.find("] "); bracket != std::string_view::npos) {
        what.remove_prefix(bracket + 2);
    }
    what = what.substr(0, what.find("; last read"));
    return cut_code_points(one_line(what), 200);
}

// First pass: says whether the text may be built. It holds only the keys of the objects that are
// open, so a hostile document costs no more memory than its own size.
class Checker final : public nlohmann::json_sax<json> {
  public:
    explicit Checker(std::string_view text) : text_(text) {}

    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(); }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open(); }
    bool end_array() override { return close(); }

    bool key(string_t& name) override {
        if (keys_.back().insert(name).second) {
            return true;
        }
        problem_ = "duplicate key \"" + cut_code_points(one_line(name), 100) + "\"";
        return false;
    }

    bool parse_error(
        std::size_t position, const std::string&, const nlohmann::detail::exception& error
    ) override {
        // The position counts the byte that broke it.
        problem_ = place(text_, position == 0 ? 0 : position - 1) + ": " + reason(error.what());
        return false;
    }

  private:
    bool open() {
        if (keys_.size() == static_cast<std::size_t>(kMaxJsonDepth)) {
            problem_ = "nested deeper than " + std::to_string(kMaxJsonDepth) + " levels";
            return false;
        }
        keys_.emplace_back();
        return true;
    }
    bool close() {
        keys_.pop_back();
        return true;
    }

    std::string_view text_;
    std::string problem_;
    std::vector<std::set<std::string>> keys_;
};

}  // namespace

Result<json> parse_json(std::string_view text) {
    const std::string clean = repair_utf8(text);
    if (const std::size_t nul = clean.find('\0'); nul != std::string::npos) {
        return Error{ErrorClass::refused, "json", place(clean, nul) + ": NUL byte"};
    }
    Checker checker(clean);
    if (!json::sax_parse(clean, &checker)) {
        return Error{ErrorClass::refused, "json", checker.problem()};
    }
    json document = json::parse(clean, nullptr, false);
    if (document.is_discarded()) {
        return Error{ErrorClass::refused, "json", "unreadable"};
    }
    return document;
}

}  // namespace alert_bridge::sources
