// SPDX-License-Identifier: MIT
// The form decoder: what it read, written as a form again, reads the same; and the flat map of
// names to texts that the decoders see, whatever the body was.
#include "alert_bridge/sources/form.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/alert.hpp"
#include "alert_bridge/http/message.hpp"
#include "alert_bridge/sources/fields.hpp"
#include "alert_bridge/sources/values.hpp"
#include "support.hpp"
#include "targets.hpp"

namespace {

using namespace alert_bridge;

void check_fields(std::string_view input) {
    const auto fields = sources::Fields::parse(input);
    if (!fields) {
        fuzz::require(fields.error().kind == ErrorClass::refused, "unreadable fields are refused");
        return;
    }
    fuzz::require(fields->all().size() <= sources::Fields::kMaxFields, "fields are bounded");
    for (const auto& [name, value] : fields->all()) {
        fuzz::require(name == to_lower_ascii(name), "names are lower case", name);
        fuzz::require(name.size() <= sources::Fields::kMaxName, "names are bounded", name);
        fuzz::require(repair_utf8(value) == value, "values are valid UTF-8", value);
        fuzz::require(value.find('\0') == value.npos, "values hold no NUL", value);
        fuzz::require(value.size() <= domain::kMaxText, "values are bounded");
        fuzz::require(!sources::is_absent(value), "absent values are not there", value);
        fuzz::require(fields->label(name).size() <= domain::kMaxLabel, "labels are bounded");
    }
}

}  // namespace

void fuzz::form(std::string_view input) {
    check_fields(input);
    const auto pairs = sources::parse_form(input);
    if (!pairs) {
        require(pairs.error().kind == ErrorClass::refused, "an unreadable form is refused");
        require(pairs.error().code == "form", "the code is stable", pairs.error().code);
        return;
    }
    std::string again;
    for (const auto& [name, value] : *pairs) {
        require(repair_utf8(name) == name, "names are valid UTF-8", name);
        require(repair_utf8(value) == value, "values are valid UTF-8", value);
        again += (again.empty() ? "" : "&") + http::percent_encode(name) + "=";
        again += http::percent_encode(value);
    }
    const auto pairs_again = sources::parse_form(again);
    require(pairs_again.has_value() && *pairs_again == *pairs, "a form reads as it was", again);
}
