// SPDX-License-Identifier: MIT
#include "alert_bridge/base/error.hpp"

namespace alert_bridge {

std::string_view to_string(ErrorClass value) noexcept {
    switch (value) {
        case ErrorClass::later:
            return "later";
        case ErrorClass::relogin:
            return "relogin";
        case ErrorClass::misconfigured:
            return "misconfigured";
        case ErrorClass::refused:
            return "refused";
        case ErrorClass::uncertain:
            return "uncertain";
    }
    return "unknown";
}

std::string describe(const Error& error) {
    std::string text = "[";
    text += to_string(error.kind);
    text += "] ";
    text += error.code;
    if (!error.message.empty()) {
        text += ": ";
        text += error.message;
    }
    return text;
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw std::logic_error("unchecked result: " + describe(error));
}

}  // namespace alert_bridge
