// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/safe_json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
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

// Builds the document while it is read, and ends at the first thing that must not be in it: a
// hostile one costs no more memory than a good one of its size.
class Builder final : public nlohmann::json_sax<json> {
  public:
    explicit Builder(std::string_view text) : text_(text) {}

    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
    [[nodiscard]] json take() { return std::move(document_); }

    bool null() override { return put(json()); }
    bool boolean(bool value) override { return put(json(value)); }
    bool number_integer(number_integer_t value) override { return put(json(value)); }
    bool number_unsigned(number_unsigned_t value) override { return put(json(value)); }
    bool number_float(number_float_t value, const string_t&) override { return put(json(value)); }
    // Copied: the parser's buffer is larger than the text, and is used again.
    bool string(string_t& value) override { return put(json(std::as_const(value))); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(json::object()); }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open(json::array()); }
    bool end_array() override { return close(); }

    bool key(string_t& name) override {
        auto& object = open_.back()->get_ref<json::object_t&>();
        const auto [at, is_new] = object.try_emplace(std::as_const(name));
        if (is_new) {
            member_ = &at->second;
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
    // Where the next value belongs. An open value does not move: nothing is added beside it.
    json& next() {
        if (open_.empty()) {
            return document_;
        }
        json& parent = *open_.back();
        return parent.is_array() ? parent.get_ref<json::array_t&>().emplace_back() : *member_;
    }
    bool put(json value) {
        next() = std::move(value);
        return true;
    }
    bool open(json value) {
        if (open_.size() == static_cast<std::size_t>(kMaxJsonDepth)) {
            problem_ = "nested deeper than " + std::to_string(kMaxJsonDepth) + " levels";
            return false;
        }
        json& place = next();
        place = std::move(value);
        open_.push_back(&place);
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }

    std::string_view text_;
    std::string problem_;
    json document_;
    std::vector<json*> open_;  // objects and arrays, from the outermost
    json* member_ = nullptr;   // of the innermost object, after its key
};

}  // namespace

Result<json> parse_json(std::string_view text) {
    const std::string clean = repair_utf8(text);
    if (const std::size_t nul = clean.find('\0'); nul != std::string::npos) {
        return Error{ErrorClass::refused, "json", place(clean, nul) + ": NUL byte"};
    }
    Builder builder(clean);
    if (!json::sax_parse(clean, &builder)) {
        return Error{ErrorClass::refused, "json", builder.problem()};
    }
    return builder.take();
}

}  // namespace alert_bridge::sources
