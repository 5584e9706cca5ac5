// SPDX-License-Identifier: MIT
//
// JsonMapping: where the fields of an alert stand in a JSON body of any shape, as the configuration
// of a source of type generic says it. The fields and their names: config/keys.hpp, kFields.
//
// Thread rule: values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/base/json_pointer.hpp"

namespace alert_bridge::ports {

// One field: the first pointer that leads to a value counts.
struct MappedField {
    std::vector<JsonPointer> pointers;
    std::map<std::string, std::string> words;  // a value in lower case -> what stands for it
    std::string fallback;                      // no value, or none of the words; empty: none
    bool operator==(const MappedField&) const = default;
};

struct JsonMapping {
    std::optional<JsonPointer> alerts;          // to a list, each element of which is an alert
    std::map<std::string, MappedField> fields;  // by name
    std::map<std::string, MappedField> tags;
    std::vector<std::string> parts;  // an alert for each of these, which the tag `part` names
    bool operator==(const JsonMapping&) const = default;
};

}  // namespace alert_bridge::ports
