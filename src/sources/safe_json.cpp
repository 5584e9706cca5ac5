// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/safe_json.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "alert_bridge/base/text.hpp"

namespace alert_bridge::sources {
namespace {

using nlohmann::json;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kUsualFields = 48;  // of an alert
constexpr auto kMaxDepth = static_cast<std::size_t>(kMaxJsonDepth);

std::string place(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, std::min(offset, text.size()));
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t newline = before.rfind('\n');
    const std::size_t column =
        before.size() - (newline == std::string_view::npos ? 0 : newline + 1) + 1;
    return "line " + std::to_string(line) + ", column " + std::to_string(column) + " (byte " +
           std::to_string(before.size() + 1) + ")";
}

std::string shown(char letter) {
    const bool is_visible = letter > ' ' && letter < '\x7F';
    return is_visible ? std::string("'") + letter + "'" : "a blank, control or foreign character";
}

// "unexpected 'W' after '\'": two characters and not the text, which may be a secret.
std::string reason(
    const boost::json::error_code& error, std::string_view text, std::size_t offset
) {
    if (offset >= text.size() || error == boost::json::error::incomplete) {
        return "the text ends too early";
    }
    const std::size_t before =
        offset == 0 ? text.npos : text.find_last_not_of(" \t\r\n", offset - 1);
    std::string words = "unexpected " + shown(text[offset]);
    if (before != text.npos) {
        words += " after " + shown(text[before]);
    }
    return words + (error == boost::json::error::syntax ? "" : " (" + error.message() + ")");
}

std::string duplicate(std::string_view name) {
    return "duplicate key \"" + cut_code_points(one_line(name), 100) + "\"";
}

// A text of the document: a part of it, or made anew since it was escaped, and valid for one call.
struct Piece {
    std::string_view text;
    bool is_part = false;
};

// What a document consists of, in order. What ends the reading is put into `problem`.
class Receiver {
  public:
    Receiver() = default;
    Receiver(Receiver&&) = default;
    virtual ~Receiver() = default;

    virtual void open(bool is_object) = 0;  // or an array
    virtual void close() = 0;
    virtual void name(Piece piece) = 0;
    virtual void string(Piece piece) = 0;
    virtual void number(json value, Piece piece) = 0;
    virtual void literal(json value) = 0;  // null or a boolean

    std::string problem;
    TextStore texts;
};

// The document as a tree.
class Tree final : public Receiver {
  public:
    [[nodiscard]] json take() { return std::move(document_); }
    [[nodiscard]] bool is_open() const noexcept { return !open_.empty(); }

    void open(bool is_object) override {
        json& place = next();
        place = is_object ? json::object() : json::array();
        open_.push_back(&place);
    }
    void close() override { open_.pop_back(); }
    void name(Piece piece) override {
        auto& object = open_.back()->get_ref<json::object_t&>();
        const auto [at, is_new] = object.try_emplace(std::string(piece.text));
        if (!is_new) {
            problem = duplicate(at->first);
        }
        member_ = &at->second;
    }
    void string(Piece piece) override { next() = std::string(piece.text); }
    void number(json value, Piece) override { next() = std::move(value); }
    void literal(json value) override { next() = std::move(value); }

  private:
    // Where the next value belongs. An open value does not move: nothing is added beside it.
    json& next() {
        if (open_.empty()) {
            return document_;
        }
        json& parent = *open_.back();
        return parent.is_array() ? parent.get_ref<json::array_t&>().emplace_back() : *member_;
    }

    json document_;
    std::vector<json*> open_;  // objects and arrays, from the outermost
    json* member_ = nullptr;   // of the innermost object, after its key
};

// The members of one object, or of the objects that an array holds, without a tree where there is
// none.
class Rows final : public Receiver {
  public:
    explicit Rows(bool in_array) noexcept : level_(in_array ? 1 : 0) {}

    // Nothing: the document is of another shape.
    [[nodiscard]] std::optional<JsonRows> take() {
        if (!is_right_shape_) {
            return std::nullopt;
        }
        return JsonRows{std::move(rows_), std::move(texts)};
    }

    void open(bool is_object) override {
        if (nested_.is_open() || (depth_ > level_ && is_row_)) {
            nested_.open(is_object);
        } else if (depth_ == level_ && is_object) {
            is_row_ = true;
            rows_.emplace_back().reserve(level_ == 0 ? kUsualFields : 2);
        }
        if (depth_ == 0) {
            is_right_shape_ = level_ == 0 ? is_row_ : !is_object;
        }
        ++depth_;
    }
    void close() override {
        --depth_;
        if (nested_.is_open()) {
            nested_.close();
            if (!nested_.is_open()) {
                put(texts.keep(nested_.take().dump()));
            }
        } else if (depth_ == level_ && is_row_) {
            is_row_ = false;
            sort(rows_.back());
        }
    }
    void name(Piece piece) override {
        if (nested_.is_open()) {
            nested_.name(piece);
            problem = nested_.problem;
        } else if (is_row_) {
            rows_.back().push_back({lasting(piece), {}});
        }
    }
    void string(Piece piece) override {
        if (nested_.is_open()) {
            nested_.string(piece);
        } else if (is_row_) {
            put(lasting(piece));
        }
    }
    void number(json value, Piece piece) override {
        if (nested_.is_open()) {
            nested_.number(std::move(value), piece);
        } else if (is_row_) {
            put(lasting(piece));
        }
    }
    void literal(json value) override {
        if (nested_.is_open()) {
            nested_.literal(std::move(value));
        } else if (is_row_) {
            put(value.is_null() ? "" : value.get<bool>() ? "true" : "false");
        }
    }

  private:
    [[nodiscard]] std::string_view lasting(Piece piece) {
        return piece.is_part ? piece.text : texts.keep(std::string(piece.text));
    }
    void put(std::string_view text) { rows_.back().back().text = text; }
    void sort(JsonMembers& row) {
        std::sort(row.begin(), row.end(), [](const JsonMember& one, const JsonMember& other) {
            return one.name < other.name;
        });
        const auto is_same = [](const JsonMember& one, const JsonMember& other) {
            return one.name == other.name;
        };
        const auto twice = std::adjacent_find(row.begin(), row.end(), is_same);
        if (twice != row.end()) {
            problem = duplicate(twice->name);
        }
    }

    const std::size_t level_;  // how deep the rows are
    std::vector<JsonMembers> rows_;
    Tree nested_;  // the value of the last member while it is open
    std::size_t depth_ = 0;
    bool is_row_ = false;
    bool is_right_shape_ = false;
};

// What the library's parser calls; its names and its bounds. A text may come in parts.
struct Handler {
    using Code = boost::json::error_code;
    using View = boost::json::string_view;
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    Handler(std::string_view text, Receiver& to) : document(text), receiver(to) {}

    bool on_document_begin(Code&) { return true; }
    bool on_document_end(Code&) { return true; }
    bool on_object_begin(Code& code) { return open(true, code); }
    bool on_object_end(std::size_t, Code& code) { return close(code); }
    bool on_array_begin(Code& code) { return open(false, code); }
    bool on_array_end(std::size_t, Code& code) { return close(code); }
    bool on_key_part(View text, std::size_t, Code&) { return add(text); }
    bool on_key(View text, std::size_t, Code& code) {
        receiver.name(whole(text));
        parts.clear();
        return goes_on(code);
    }
    bool on_string_part(View text, std::size_t, Code&) { return add(text); }
    bool on_string(View text, std::size_t, Code&) {
        receiver.string(whole(text));
        parts.clear();
        return true;
    }
    bool on_number_part(View text, Code&) { return add(text); }
    bool on_int64(std::int64_t value, View text, Code&) { return number(value, text); }
    bool on_uint64(std::uint64_t value, View text, Code&) { return number(value, text); }
    // The library's value may be off by one in the last digit, and infinite.
    bool on_double(double nearly, View last, Code& code) {
        const Piece piece = whole(last);
        const char* const begin = piece.text.data();
        double value = nearly;
        const auto [end, error] = std::from_chars(begin, begin + piece.text.size(), value);
        if (error != std::errc()) {
            value = nearly;  // out of range: close to zero, or not
        }
        if (std::isinf(value)) {
            receiver.problem = "number overflow: no number may be that large";
        } else {
            receiver.number(value, piece);
        }
        parts.clear();
        return goes_on(code);
    }
    bool on_bool(bool value, Code&) {
        receiver.literal(value);
        return true;
    }
    bool on_null(Code&) {
        receiver.literal(nullptr);
        return true;
    }
    bool on_comment_part(View, Code&) { return true; }
    bool on_comment(View, Code&) { return true; }

    bool number(json value, View text) {
        receiver.number(std::move(value), whole(text));
        parts.clear();
        return true;
    }
    bool open(bool is_object, Code& code) {
        if (depth == kMaxDepth) {
            receiver.problem = "nested deeper than " + std::to_string(kMaxJsonDepth) + " levels";
        } else {
            ++depth;
            receiver.open(is_object);
        }
        return goes_on(code);
    }
    bool close(Code& code) {
        --depth;
        receiver.close();
        return goes_on(code);
    }
    bool goes_on(Code& code) const {
        if (!receiver.problem.empty()) {
            code = boost::json::error::exception;
        }
        return receiver.problem.empty();
    }
    bool add(View text) {
        parts.append(text.data(), text.size());
        return true;
    }
    // Escaped text comes from the library's own space.
    Piece whole(View last) {
        const std::less_equal<> before;
        const bool is_part = parts.empty() && before(document.data(), last.data()) &&
                             before(last.data() + last.size(), document.data() + document.size());
        if (is_part) {
            return {{last.data(), last.size()}, true};
        }
        add(last);
        return {parts, false};
    }

    const std::string_view document;
    Receiver& receiver;
    std::string parts;  // of a text that has no place in the document, until it is whole
    std::size_t depth = 0;
};

// Leaves what is wrong in the receiver.
void read(std::string_view text, Receiver& receiver) {
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
        receiver.problem = place(text, nul) + ": NUL byte";
        return;
    }
    const std::size_t start = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
    boost::json::parse_options options;
    options.max_depth = kMaxDepth + 1;  // the handler's bound is told better
    boost::json::basic_parser<Handler> parser(options, text, receiver);
    boost::json::error_code error;
    std::size_t end =
        start + parser.write_some(false, text.data() + start, text.size() - start, error);
    if (!error) {
        end = std::min(text.find_first_not_of(" \t\r\n", end), text.size());
        if (end < text.size()) {
            error = boost::json::error::extra_data;
        }
    }
    if (error && receiver.problem.empty()) {
        receiver.problem = place(text, end) + ": " + reason(error, text, end);
    }
}

// Into a new receiver of these arguments. Text from outside is nearly always UTF-8: only what
// cannot be read is looked at for bytes that are not.
template <class Into, class... Arguments>
Result<Into> read_into(std::string_view text, Arguments... arguments) {
    std::optional<Into> into(std::in_place, arguments...);
    read(text, *into);
    if (!into->problem.empty()) {
        into.emplace(arguments...);
        const std::string_view clean = into->texts.keep(repair_utf8(text));
        read(clean, *into);
    }
    if (!into->problem.empty()) {
        return Error{ErrorClass::refused, "json", std::move(into->problem)};
    }
    return std::move(*into);
}

Result<JsonRows> read_rows(std::string_view text, bool in_array) {
    Result<Rows> read = read_into<Rows>(text, in_array);
    if (!read) {
        return read.error();
    }
    auto found = read->take();
    if (!found) {
        const char* const what = in_array ? "array" : "object";
        return Error{ErrorClass::refused, "shape", std::string("a JSON ") + what + " was expected"};
    }
    return std::move(*found);
}

}  // namespace

Result<json> parse_json(std::string_view text) {
    Result<Tree> tree = read_into<Tree>(text);
    if (!tree) {
        return tree.error();
    }
    return tree->take();
}

Result<JsonRow> parse_json_members(std::string_view text) {
    Result<JsonRows> read = read_rows(text, false);
    if (!read) {
        return read.error();
    }
    return JsonRow{std::move(read->rows.front()), std::move(read->texts)};
}

Result<JsonRows> parse_json_rows(std::string_view text) {
    return read_rows(text, true);
}

}  // namespace alert_bridge::sources
