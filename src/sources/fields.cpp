// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/fields.hpp"

#include <algorithm>
#include <utility>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/alert.hpp"
#include "alert_bridge/sources/form.hpp"
#include "alert_bridge/sources/safe_json.hpp"
#include "alert_bridge/sources/values.hpp"

namespace alert_bridge::sources {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kPrefixes[] = {"nagios_", "icinga_"};

Error shape(std::string message) {
    return {ErrorClass::refused, "shape", std::move(message)};
}

// Sorted. A name that carried the prefix wins over one that did not, then the first of its list.
std::vector<Field> first_of_each(const std::vector<Field>& prefixed, std::vector<Field> plain) {
    std::vector<Field> all = std::move(plain);
    all.insert(all.begin(), prefixed.begin(), prefixed.end());
    const auto by_name = [](const Field& one, const Field& other) { return one.name < other.name; };
    if (!std::is_sorted(all.begin(), all.end(), by_name)) {
        std::stable_sort(all.begin(), all.end(), by_name);
    }
    const auto is_same = [](const Field& one, const Field& other) {
        return one.name == other.name;
    };
    all.erase(std::unique(all.begin(), all.end(), is_same), all.end());
    return all;
}

// Tells the names of one sender apart, mostly.
std::size_t slot_of(std::string_view name) noexcept {
    std::size_t slot = name.size();
    for (const std::size_t at :
         {name.size() / 4, name.size() / 2, name.size() - 3, name.size() - 1}) {
        slot = slot * 31 + (at < name.size() ? static_cast<unsigned char>(name[at]) : 0U);
    }
    return slot;
}

}  // namespace

// Mostly the same text again.
std::string_view Fields::lower_trimmed(std::string_view name) {
    name = trim(name);
    const bool has_upper =
        std::any_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    return has_upper ? texts_.keep(to_lower_ascii(name)) : name;
}

std::string_view Fields::clean(std::string_view text) {
    const bool is_clean = text.size() <= domain::kMaxText && text.find('\0') == text.npos;
    return is_clean ? text : texts_.keep(clean_text(std::string(text)));
}

Result<Fields> Fields::of(const JsonMembers& raw, TextStore texts) {
    if (raw.size() > kMaxFields) {
        return shape("more than " + std::to_string(kMaxFields) + " fields");
    }
    Fields fields;
    fields.texts_ = std::move(texts);
    std::vector<Field> prefixed;
    std::vector<Field> plain;
    plain.reserve(raw.size());
    for (const auto& [name, value] : raw) {
        if (name.size() > kMaxName || is_absent(value)) {
            continue;
        }
        std::string_view lower = fields.lower_trimmed(name);
        bool has_prefix = false;
        for (const std::string_view prefix : kPrefixes) {
            if (!has_prefix && lower.starts_with(prefix)) {
                has_prefix = true;
                lower.remove_prefix(prefix.size());
            }
        }
        if (!lower.empty()) {
            (has_prefix ? prefixed : plain).push_back({lower, fields.clean(value)});
        }
    }
    fields.fields_ = first_of_each(prefixed, std::move(plain));
    fields.make_index();
    return fields;
}

Result<Fields> Fields::parse(std::string_view body) {
    if (body.starts_with(kByteOrderMark)) {
        body.remove_prefix(kByteOrderMark.size());
    }
    const std::string_view start = trim(body);
    if (start.empty()) {
        return shape("the body is empty");
    }
    if (start.front() == '{' || start.front() == '[') {
        auto row = parse_json_members(body);
        return row ? of(row->members, std::move(row->texts)) : row.error();
    }
    auto pairs = parse_form(start);
    if (!pairs) {
        return pairs.error();
    }
    JsonMembers members;
    TextStore texts;
    for (auto& [name, value] : *pairs) {
        const std::string_view kept = texts.keep(name);
        members.push_back({kept, texts.keep(std::move(value))});
    }
    return of(members, std::move(texts));
}

// Half of the slots at most, so that a search ends soon; of more fields, a search by halves does.
void Fields::make_index() noexcept {
    has_index_ = fields_.size() <= kSlots / 2;
    for (std::size_t i = 0; has_index_ && i < fields_.size(); ++i) {
        std::size_t slot = slot_of(fields_[i].name);
        while (index_[slot % kSlots] != 0) {
            ++slot;
        }
        index_[slot % kSlots] = static_cast<std::uint8_t>(i + 1);
    }
}

std::string_view Fields::get(std::string_view name) const noexcept {
    if (has_index_) {
        for (std::size_t slot = slot_of(name); index_[slot % kSlots] != 0; ++slot) {
            const Field& field = fields_[index_[slot % kSlots] - 1U];
            if (field.name == name) {
                return field.text;
            }
        }
        return {};
    }
    const auto found = std::lower_bound(
        fields_.begin(), fields_.end(), name,
        [](const Field& field, std::string_view wanted) { return field.name < wanted; }
    );
    return found == fields_.end() || found->name != name ? std::string_view() : found->text;
}

std::string_view Fields::first_of(std::initializer_list<std::string_view> names) const noexcept {
    for (const std::string_view name : names) {
        if (const std::string_view value = get(name); !value.empty()) {
            return value;
        }
    }
    return {};
}

std::string Fields::label(std::string_view name) const {
    return cut_bytes(trim(get(name)), domain::kMaxLabel);
}

}  // namespace alert_bridge::sources
