// SPDX-License-Identifier: MIT
// Text as GLPI stores and shows it: the escaping of version 10, cutting, dates, PHP's conversions.
//
// Called by the endpoints. Pure functions without state; recorded topic 10-content tests them.
#pragma once

#include <string>
#include <string_view>

#include "types.hpp"

namespace glpi_sim {

std::string lower(std::string_view text);
bool is_digits(std::string_view text);
std::string trim(std::string_view text);

// The first `count` code points.
std::string cut(std::string_view text, std::size_t count);
std::size_t code_points(std::string_view text);

// GLPI 10 keeps `<`, `>`, `&` as `&#60;`, `&#62;`, `&#38;`, unless the text already looks encoded.
std::string encode_10(std::string_view text);
std::string decode_10(std::string_view text);
// What a page does with plain text, and what GLPI 11 does with the name in a message.
std::string escape_html(std::string_view text);
// HTML from a ticket, reduced to tags that cannot do harm; everything else is shown as text.
std::string sanitize_html(std::string_view html);

// A value of the input as the text to be stored: NUL dropped, CRLF to LF, leading blanks cut,
// encoded for version 10. Throws PhpFatal for an array or an object.
std::string stored_text(int major, const Json& value);
// PHP's (int): numbers, numeric strings, booleans; 0 for the rest.
Id to_int(const Json& value);
bool truthy(const Json& value);

// "YYYY-MM-DD HH:MM:SS" in UTC and back; -1 for text that is not a date.
std::string sql_time(std::int64_t seconds);
std::int64_t parse_time(std::string_view text);
// The Last-Modified form of the same moment.
std::string http_time(std::int64_t seconds);

}  // namespace glpi_sim
