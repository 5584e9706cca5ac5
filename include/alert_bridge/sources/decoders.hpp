// SPDX-License-Identifier: MIT
//
// The decoders, by the `type` of a configured source.
//
// Errors: class misconfigured, code "source": an unknown type, time zone or problem_key, or a name
// that cannot stand in a key.
// Thread rule: what is returned is const and may be used from any thread.
// Tests: tests/unit/sources/decoders_test.cpp
#pragma once

#include <memory>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/ports/alert_decoder.hpp"

namespace alert_bridge::sources {

[[nodiscard]] Result<std::shared_ptr<const ports::AlertDecoder>> make_decoder(
    const ports::SourceOptions& options
);

}  // namespace alert_bridge::sources
