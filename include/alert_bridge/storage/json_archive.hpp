// SPDX-License-Identifier: MIT
//
// Writer and Reader: structs -> JSON object -> structs, driven by one list of fields per struct,
//
//   template <class Archive, Is<domain::Tag> Value>
//   void fields(Archive& archive, Value& value) { archive("name", value.name); ... }
//
// which alert_json.cpp and snapshot_json.cpp give for their structs; they alone include this.
// Guarantees: what one writes the other reads; a missing key, an unknown key, a value of another
// type or an unknown word leaves the member as it is. Thread rule: values.
// Tests: tests/unit/storage/{alert,snapshot}_json_test.cpp
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "alert_bridge/base/time.hpp"
#include "alert_bridge/domain/incident.hpp"
#include "alert_bridge/domain/placement.hpp"
#include "alert_bridge/domain/plan.hpp"
#include "alert_bridge/storage/json_text.hpp"

namespace alert_bridge::storage {

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
inline void parse_word(std::string_view word, domain::OnDowntime& out) {
    assign(domain::parse_on_downtime(word), out);
}
inline void parse_word(std::string_view word, domain::OnExpire& out) {
    assign(domain::parse_on_expire(word), out);
}
inline void parse_word(std::string_view word, domain::Under& out) {
    assign(domain::parse_under(word), out);
}
inline void parse_word(std::string_view word, domain::OnChange& out) {
    assign(domain::parse_on_change(word), out);
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

inline void parse_word(std::string_view word, domain::EpisodeState& out) {
    assign(domain::parse_episode_state(word), out);
}
inline void parse_word(std::string_view word, domain::IncidentState& out) {
    assign(domain::parse_incident_state(word), out);
}
inline void parse_word(std::string_view word, domain::OperationKind& out) {
    assign(domain::parse_operation_kind(word), out);
}
inline void parse_word(std::string_view word, domain::OperationState& out) {
    assign(domain::parse_operation_state(word), out);
}

enum class Style { complete, brief };  // brief: values that are empty, zero or false are left out

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

// One member of an object: fields() finds the place that it belongs to.
class Reader {
  public:
    // Requires: the cursor stands before the member's value.
    Reader(JsonCursor& cursor, const std::string& name) : cursor_(cursor), name_(name) {}

    // True: this member it was.
    template <class T>
    bool operator()(std::string_view key, T& out) {
        if (is_taken_ || name_ != key) {
            return false;
        }
        is_taken_ = true;
        read(cursor_, out);
        return true;
    }
    // What the member holds is no good, and with it the whole object.
    void fail() noexcept { cursor_.fail(); }

    // A whole object, or any other value, which changes nothing.
    template <class Struct>
    static void read_object(JsonCursor& cursor, Struct& out) {
        if (cursor.next() != '{') {
            return cursor.skip();
        }
        cursor.members([&](const std::string& name) {
            Reader member(cursor, name);
            fields(member, out);
            if (!member.is_taken_) {
                cursor.skip();
            }
        });
    }

  private:
    static void read(JsonCursor& cursor, std::string& out) {
        if (cursor.next() != '"') {
            return cursor.skip();
        }
        out = cursor.text();
    }
    static void read(JsonCursor& cursor, bool& out) {
        if (cursor.next() != 't' && cursor.next() != 'f') {
            return cursor.skip();
        }
        out = cursor.flag();
    }
    static void read(JsonCursor& cursor, std::int64_t& out) {
        const char first = cursor.next();
        if (first != '-' && (first < '0' || first > '9')) {
            return cursor.skip();
        }
        out = cursor.integer().value_or(out);
    }
    static void read(JsonCursor& cursor, int& out) {
        std::int64_t wide = out;
        read(cursor, wide);
        if (wide >= std::numeric_limits<int>::min() && wide <= std::numeric_limits<int>::max()) {
            out = static_cast<int>(wide);
        }
    }
    static void read(JsonCursor& cursor, Duration& out) {
        std::int64_t count = out.count();
        read(cursor, count);
        out = Duration(count);
    }
    static void read(JsonCursor& cursor, WallTime& out) {
        std::int64_t ms = to_unix_ms(out);
        read(cursor, ms);
        out = from_unix_ms(ms);
    }
    template <class T>
    static void read(JsonCursor& cursor, std::optional<T>& out) {
        if (cursor.next() == 'n') {
            return cursor.skip();
        }
        read(cursor, out.emplace());
    }
    template <class T>
    static void read(JsonCursor& cursor, std::vector<T>& out) {
        if (cursor.next() != '[') {
            return cursor.skip();
        }
        out.clear();
        cursor.elements([&] { read(cursor, out.emplace_back()); });
    }
    template <class T>
    static void read(JsonCursor& cursor, std::map<std::string, T>& out) {
        if (cursor.next() != '{') {
            return cursor.skip();
        }
        out.clear();
        cursor.members([&](const std::string& name) { read(cursor, out[name]); });
    }
    template <class T>
    static void read(JsonCursor& cursor, T& out) {
        if constexpr (!std::is_enum_v<T>) {
            read_object(cursor, out);
        } else if (cursor.next() == '"') {
            parse_word(cursor.text(), out);
        } else {
            cursor.skip();
        }
    }

    JsonCursor& cursor_;
    const std::string& name_;
    bool is_taken_ = false;
};

// A whole text. False: it is no object, or broken; `out` is as it was.
template <class T>
bool decode_object(std::string_view text, T& out) {
    JsonCursor cursor(text);
    const bool is_object = cursor.next() == '{';
    T value = out;  // nothing is half read
    Reader::read_object(cursor, value);
    if (!is_object || cursor.next() != '\0' || cursor.has_failed()) {
        return false;
    }
    out = std::move(value);
    return true;
}

template <Style style, class T>
std::string encode_object(const T& value) {
    constexpr std::size_t kUsualBytes = 2048;
    std::string text;
    text.reserve(kUsualBytes);
    Writer<style> writer(text);
    fields(writer, value);
    writer.close();
    return text;
}

}  // namespace alert_bridge::storage
