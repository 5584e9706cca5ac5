// SPDX-License-Identifier: MIT
// Query strings and form bodies as PHP reads them, and the path of a request.
//
// `criteria[0][field]=1` becomes {"criteria":{"0":{"field":"1"}}}: PHP arrays are maps, so lists
// come as objects keyed by number; `elements` gives the members of either form in order.
// Called by Sim::handle and the endpoints. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "types.hpp"

namespace glpi_sim {

std::string url_decode(std::string_view text);
Json parse_query(std::string_view query);
// Path without the query, cut at slashes, empty segments dropped.
std::vector<std::string> path_segments(std::string_view target);
std::string_view query_of(std::string_view target);
// The members of a JSON array or of a PHP-style map, in order.
std::vector<Json> elements(const Json& value);
// A JSON body as PHP's json_decode takes it; false when PHP would refuse it.
bool parse_json_body(std::string_view body, Json& out);
// Strings for scalars: 5 -> "5", true -> "1", null -> "".
std::string scalar_text(const Json& value);
// A member, or null.
const Json& at_or_null(const Json& object, std::string_view key);

}  // namespace glpi_sim
