// SPDX-License-Identifier: MIT
//
// Any JSON, mapped to alerts by the pointers and small tables of the configuration
// (ports/json_mapping.hpp): `fields` say where each field of an alert stands, `alerts` points to a
// list when one body holds several, `parts` makes several alerts out of one element (a new hire
// needs equipment and access: two tickets).
//
// Guarantees: the key names the problem, which is in one state at a time, so that a recovery ends
// all of it. An element without a required field, or with a value that its table does not name,
// becomes Decoded::unusable with a reason that names the pointer; the others decode. With an
// episode or an order, an exact repeat of an element is a duplicate. With neither, each delivery
// counts, and the time of receipt is the order: then a retry is a repeat of the problem.
//
// Not guaranteed: that the sender's order means what the operator thinks.
//
// Thread rule: const, any thread. Tests: tests/unit/sources/generic_test.cpp
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "alert_bridge/ports/alert_decoder.hpp"

namespace alert_bridge::sources {

class GenericDecoder final : public ports::AlertDecoder {
  public:
    // Requires: a mapping that has "key".
    explicit GenericDecoder(ports::SourceOptions options);

    [[nodiscard]] Result<ports::Decoded> decode(std::string_view body, WallTime received_at)
        const override;

  private:
    [[nodiscard]] Result<domain::Alert> read(
        const nlohmann::json& element, WallTime received_at, std::size_t place
    ) const;

    ports::SourceOptions options_;
};

}  // namespace alert_bridge::sources
