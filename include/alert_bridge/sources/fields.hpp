// SPDX-License-Identifier: MIT
//
// Fields: a request body as a flat map of names to texts, whether it came as JSON or as a form.
// The two are told apart by the first byte, because senders' Content-Type cannot be trusted.
//
// Guarantees: names are lower case without a leading "nagios_" or
// "icinga_"; values are valid UTF-8 without NUL,
// at most kMaxText bytes; absent values (sources/values.hpp) are not in the map. A name that
// carried the prefix wins over one that did not: an environment also holds a HOSTNAME of its own.
// Otherwise the first in byte order wins among names that differ in case only. JSON numbers and
// booleans become their text; nested JSON becomes its JSON text.
//
// Errors: class refused; code "json" or "form" (unreadable), "shape" (empty, not an object, too
// many fields).
//
// Thread rule: a value. Tests: tests/unit/sources/fields_test.cpp
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/sources/safe_json.hpp"

namespace alert_bridge::sources {

struct Field {
    std::string_view name;
    std::string_view text;
};

class Fields {
  public:
    static constexpr std::size_t kMaxFields = 2000;
    static constexpr std::size_t kMaxName = 256;  // longer names are left out

    // The body must last as long as the fields: most of them are parts of it.
    [[nodiscard]] static Result<Fields> parse(std::string_view body);
    static Result<Fields> parse(std::string&& body) = delete;

    // Empty when absent.
    [[nodiscard]] std::string_view get(std::string_view name) const noexcept;
    [[nodiscard]] std::string_view first_of(std::initializer_list<std::string_view> names
    ) const noexcept;
    // get(), blanks trimmed, at most kMaxLabel bytes: for names.
    [[nodiscard]] std::string label(std::string_view name) const;

    // Sorted by name.
    [[nodiscard]] const std::vector<Field>& all() const noexcept { return fields_; }

  private:
    [[nodiscard]] static Result<Fields> of(const JsonMembers& raw, TextStore texts);

    [[nodiscard]] std::string_view lower_trimmed(std::string_view name);
    [[nodiscard]] std::string_view clean(std::string_view text);
    void make_index() noexcept;

    std::vector<Field> fields_;
    TextStore texts_;
    // Where the usual few fields are, by slot_of() their names; 0: nowhere. An alert is asked for a
    // hundred names.
    static constexpr std::size_t kSlots = 256;
    std::array<std::uint8_t, kSlots> index_{};
    bool has_index_ = false;
};

}  // namespace alert_bridge::sources
