// SPDX-License-Identifier: MIT
//
// Writer and Reader: structs -> JSON object -> structs, driven by one list of fields per struct,
//
//   template <class Archive, Is<domain::Tag> Value>
//   void fields(Archive& archive, Value& value) { archive("name", value.name); ... }
//
// which alert_json.cpp gives for every struct.
// Guarantees: what one writes the other reads; a missing key, an unknown key, a value of another
// type or an unknown word leaves the member as it is. For alert_json.cpp only: this header brings
// the whole JSON library. Thread rule: values. Tests: tests/unit/storage/alert_json_test.cpp
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/base/time.hpp"
#include "alert_bridge/domain/placement.hpp"
#include "alert_bridge/domain/plan.hpp"

namespace alert_bridge::storage {

using Json = nlohmann::json;

// `Value` is the struct itself when reading and const when writing.
template <class Value, class Struct>
concept Is = std::is_same_v<std::remove_const_t<Value>, Struct>;

// Words of the enums.
template <class Enum>
void assign(std::optional<Enum> parsed, Enum& out) {
    out = parsed.value_or(out);  // an unknown word leaves the default
}

inline void parse_word(std::string_view word, domain::AlertKind& out) {
    assign(domain::parse_alert_kind(word), out);
}
inline void parse_word(std::string_view word, domain::ProblemState& out) {
    assign(domain::parse_problem_state(word), out);
}
inline void parse_word(std::string_view word, domain::Severity& out) {
    assign(domain::parse_severity(word), out);
}
inline void parse_word(std::string_view word, domain::OnRepeat& out) {
    assign(domain::parse_on_repeat(word), out);
}
inline void parse_word(std::string_view word, domain::OnRecovery& out) {
    assign(domain::parse_on_recovery(word), out);
}
inline void parse_word(std::string_view word, domain::OnSeverityChange& out) {
    assign(domain::parse_on_severity_change(word), out);
}
inline void parse_word(std::string_view word, domain::OnAcknowledge& out) {
    assign(domain::parse_on_acknowledge(word), out);
}
inline void parse_word(std::string_view word, domain::Fold& out) {
    assign(domain::parse_fold(word), out);
}
inline void parse_word(std::string_view word, domain::Mode& out) {
    assign(domain::parse_mode(word), out);
}
inline void parse_word(std::string_view word, domain::TicketDate& out) {
    assign(domain::parse_ticket_date(word), out);
}
inline void parse_word(std::string_view word, domain::TicketType& out) {
    assign(domain::parse_ticket_type(word), out);
}
inline void parse_word(std::string_view word, domain::EntityBy& out) {
    assign(domain::parse_entity_by(word), out);
}
inline void parse_word(std::string_view word, domain::NoteCode& out) {
    assign(domain::parse_note_code(word), out);
}
inline void parse_word(std::string_view word, domain::Evidence& out) {
    using domain::Evidence;
    for (const auto evidence :
         {Evidence::glpi_id, Evidence::uuid, Evidence::inventory_number, Evidence::serial,
          Evidence::name, Evidence::short_name, Evidence::address}) {
        if (domain::to_string(evidence) == word) {
            out = evidence;
        }
    }
}

enum class Style { complete, brief };  // brief: values that are empty, zero or false are left out

// As a JSON string. Bad UTF-8 is replaced; a bad sequence never swallows the quote behind it.
inline void write_text(std::string& out, std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string repaired;
    if (std::any_of(text.begin(), text.end(), [](char letter) {
            return static_cast<unsigned char>(letter) >= 0x80;
        })) {
        repaired = repair_utf8(text);
        text = repaired;
    }
    out += '"';
    std::size_t written = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto letter = static_cast<unsigned char>(text[at]);
        if (letter >= 0x20 && letter != '"' && letter != '\\') {
            continue;
        }
        out.append(text, written, at - written);
        written = at + 1;
        if (letter >= 0x20) {
            out += '\\';
            out += text[at];
        } else if (letter == '\n') {
            out += "\\n";
        } else {
            out += "\\u00";
            out += kHex[letter >> 4U];
            out += kHex[letter & 0xFU];
        }
    }
    out.append(text, written);
    out += '"';
}

// Writes text directly: of a decision's work, building a tree of JSON values first was a large
// part.
template <Style style>
class Writer {
  public:
    // Appends one object to `out`; close() ends it.
    explicit Writer(std::string& out) : out_(out) {}

    template <class T>
    void operator()(const char* key, const T& value) {
        if (style == Style::complete || !is_empty(value)) {
            begin_member(key);
            write(value);
        }
    }
    void close() { out_ += is_first_ ? "{}" : "}"; }

  private:
    void begin_member(std::string_view key) {
        out_ += is_first_ ? '{' : ',';
        is_first_ = false;
        write(key);
        out_ += ':';
    }

    void write(std::string_view value) { write_text(out_, value); }
    void write(const std::string& value) { write_text(out_, value); }
    void write(bool value) { out_ += value ? "true" : "false"; }
    void write(int value) { write(std::int64_t{value}); }
    void write(std::int64_t value) { out_ += std::to_string(value); }
    void write(Duration value) { write(std::int64_t{value.count()}); }
    void write(WallTime value) { write(to_unix_ms(value)); }
    template <class T>
    void write(const std::optional<T>& value) {
        if (value) {
            write(*value);
        } else {
            out_ += "null";
        }
    }
    template <class T>
    void write(const std::vector<T>& values) {
        out_ += '[';
        for (const auto& value : values) {
            if (&value != &values.front()) {
                out_ += ',';
            }
            write(value);
        }
        out_ += ']';
    }
    template <class T>
    void write(const std::map<std::string, T>& values) {
        Writer object(out_);
        for (const auto& [key, value] : values) {
            object.begin_member(key);
            object.write(value);
        }
        object.close();
    }
    template <class T>
    void write(const T& value) {
        if constexpr (std::is_enum_v<T>) {
            write(to_string(value));
        } else {
            Writer object(out_);
            fields(object, value);
            object.close();
        }
    }

    template <class T>
    static bool is_empty(const T& value) {
        if constexpr (requires { value.empty(); }) {
            return value.empty();
        } else if constexpr (requires { value.has_value(); }) {
            return !value.has_value();
        } else if constexpr (std::is_arithmetic_v<T>) {
            return value == T{};
        } else {
            return false;
        }
    }

    std::string& out_;
    bool is_first_ = true;
};

class Reader {
  public:
    explicit Reader(const Json& json) : json_(json) {}

    template <class T>
    void operator()(const char* key, T& out) {
        const auto found = json_.find(key);
        if (found != json_.end()) {
            from_json(*found, out);
        }
    }

  private:
    static void from_json(const Json& json, std::string& out) {
        if (json.is_string()) {
            out = json.get_ref<const std::string&>();
        }
    }
    static void from_json(const Json& json, bool& out) {
        if (json.is_boolean()) {
            out = json.get<bool>();
        }
    }
    static void from_json(const Json& json, std::int64_t& out) {
        if (json.is_number_integer()) {
            out = json.get<std::int64_t>();
        }
    }
    static void from_json(const Json& json, int& out) {
        std::int64_t wide = out;
        from_json(json, wide);
        if (wide >= std::numeric_limits<int>::min() && wide <= std::numeric_limits<int>::max()) {
            out = static_cast<int>(wide);
        }
    }
    static void from_json(const Json& json, Duration& out) {
        std::int64_t count = out.count();
        from_json(json, count);
        out = Duration(count);
    }
    static void from_json(const Json& json, WallTime& out) {
        std::int64_t ms = to_unix_ms(out);
        from_json(json, ms);
        out = from_unix_ms(ms);
    }
    template <class T>
    static void from_json(const Json& json, std::optional<T>& out) {
        if (!json.is_null()) {
            from_json(json, out.emplace());
        }
    }
    template <class T>
    static void from_json(const Json& json, std::vector<T>& out) {
        if (json.is_array()) {
            out.clear();
            for (const auto& element : json) {
                from_json(element, out.emplace_back());
            }
        }
    }
    template <class T>
    static void from_json(const Json& json, std::map<std::string, T>& out) {
        if (json.is_object()) {
            out.clear();
            for (const auto& [key, value] : json.items()) {
                from_json(value, out[key]);
            }
        }
    }
    template <class T>
    static void from_json(const Json& json, T& out) {
        if constexpr (std::is_enum_v<T>) {
            if (json.is_string()) {
                parse_word(json.get_ref<const std::string&>(), out);
            }
        } else if (json.is_object()) {
            Reader reader(json);
            fields(reader, out);
        }
    }

    const Json& json_;
};

}  // namespace alert_bridge::storage
