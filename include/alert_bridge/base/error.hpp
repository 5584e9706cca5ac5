// SPDX-License-Identifier: MIT
//
// Error and Result<T>: how expected failures travel through the program.
//
// Every error carries its class, decided where the knowledge is (a gateway, the store), so that
// nobody above has to guess from a text. The classes are those of an owed GLPI write:
//   later          an outage: try again with back-off
//   relogin        the API session is gone: the call was not executed
//   misconfigured  tokens, address range, API switched off: stop asking, tell the operator
//   refused        GLPI (or we) will never accept this: dead letter
//   uncertain      the write may or may not have happened: quarantine, then look
// Broken invariants do not become errors: they abort (base/invariant.hpp).
// Thread rule: values, no shared state.
#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace alert_bridge {

enum class ErrorClass { later, relogin, misconfigured, refused, uncertain };

[[nodiscard]] std::string_view to_string(ErrorClass value) noexcept;

struct Error {
    ErrorClass kind = ErrorClass::later;
    std::string code;     // short and stable, e.g. "ERROR_GLPI_ADD", "connect_refused"
    std::string message;  // for people; never holds a secret
};

// [kind] code: message
[[nodiscard]] std::string describe(const Error& error);

// Not for bool: boost::system::result<bool> takes a const or non-const *result* for the truth value
// of that result (explicit operator bool), so that a failure that is passed on becomes the success
// "false" (measured with Boost 1.81). Use Done where only success counts.
template <class T>
requires(!std::is_same_v<T, bool>) using Result = boost::system::result<T, Error>;

struct Done {
    bool operator==(const Done&) const = default;
};

// Called by Result::value() on an error. Our code tests first, so this is a programming mistake.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location&);

}  // namespace alert_bridge
