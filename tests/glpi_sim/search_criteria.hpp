// SPDX-License-Identifier: MIT
// The criteria of a search: reading them from the parameters, and testing a row.
//
// `^` and `$` anchor, `contains` ignores case, `equals` on a name compares ids, unknown searchtypes
// act like `contains`, relative dates such as -1HOUR count from now. Links are AND, OR, AND NOT,
// OR NOT with AND binding tighter, as SQL does. Tests: topics 05, 06 and 14 of tests/recorded/glpi.
#pragma once

#include <string>
#include <vector>

#include "api.hpp"

namespace glpi_sim {

struct Criterion {
    bool is_or = false;
    bool negated = false;
    bool meta = false;
    std::string itemtype;
    int field = 0;
    std::string type;
    std::string value;
    // `value` prepared once: without anchors, in lower case, encoded for GLPI 10.
    std::string needle;
    bool from_start = false;
    bool to_end = false;
    bool impossible = false;
    std::vector<Criterion> nested;
};

// Reads `criteria`; throws ApiError for malformed ones and PhpFatal when it is no array.
std::vector<Criterion> read_criteria(const Call& call, const std::string& itemtype);
bool row_matches(
    const Call& call, const std::string& itemtype, const Json& row,
    const std::vector<Criterion>& criteria
);
// The values of a column that satisfy the criterion (all of them when it names another column).
std::vector<Json> matching_values(
    const std::vector<Criterion>& criteria, int field, std::vector<Json> values
);
// The linked item of a meta criterion: what it shows in the column of the same number.
bool meta_value(const Call& call, const Json& ticket, const Criterion& criterion, Json& out);

}  // namespace glpi_sim
