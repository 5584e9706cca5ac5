// SPDX-License-Identifier: MIT
//
// JSON text, written and read in one pass without a tree of values between: a decision handles half
// a dozen such texts. For the archive of structs (json_archive.hpp); what comes from outside is
// parsed by sources/ and glpi/ with the JSON library.
//
// Guarantees: write_text gives a valid JSON string whatever the bytes, bad UTF-8 replaced. A cursor
// takes any bytes and never throws for them: what is not JSON (RFC 8259, nested at most kMaxDepth
// deep), or not UTF-8, makes it fail, and then it stands at the end and gives nothing more. Not
// told: two members of one name.
// Thread rule: values. Tests: tests/unit/storage/{json_text,alert_json}_test.cpp
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace alert_bridge::storage {

// Appends `text` as a JSON string.
void write_text(std::string& out, std::string_view text);

class JsonCursor {
  public:
    static constexpr int kMaxDepth = 64;

    // Requires: `text` outlives the cursor.
    explicit JsonCursor(std::string_view text);

    // The first character of what comes next, which tells its type; '\0' at the end.
    [[nodiscard]] char next() noexcept;
    [[nodiscard]] bool has_failed() const noexcept { return has_failed_; }

    // Each takes one value and fails when it is of another type.
    [[nodiscard]] std::string text();
    [[nodiscard]] bool flag();
    // Nothing for a number that is no integer or too large for one.
    [[nodiscard]] std::optional<std::int64_t> integer();
    // Calls each(name), which takes the member's value.
    template <class Each>
    void members(const Each& each) {
        list('{', '}', [&] {
            const std::string name = text();
            expect(':');
            each(name);
        });
    }
    // Calls each(), which takes the element.
    template <class Each>
    void elements(const Each& each) {
        list('[', ']', each);
    }

    // Takes a value of any type.
    void skip();
    // What was taken is not what it should be: has_failed(), and it stands at the end.
    void fail() noexcept;

  private:
    template <class Each>
    void list(char first, char last, const Each& each) {
        expect(first);
        if (++depth_ > kMaxDepth) {
            fail();
        }
        if (!take(last)) {
            do {
                each();
            } while (take(','));
            expect(last);
        }
        --depth_;
    }
    [[nodiscard]] bool take(char letter) noexcept;
    void expect(char letter) noexcept;
    void expect_word(std::string_view word) noexcept;
    [[nodiscard]] bool take_digits() noexcept;
    void take_escape(std::string& text);
    [[nodiscard]] std::uint32_t take_code_unit() noexcept;

    const char* at_;
    const char* end_;
    int depth_ = 0;
    bool has_failed_ = false;
};

}  // namespace alert_bridge::storage
