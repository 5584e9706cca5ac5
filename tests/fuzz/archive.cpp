// SPDX-License-Identifier: MIT
// The JSON inside rows of the store: any text is read or refused, and what was read is written and
// read back without a loss. The first byte chooses the struct.
#include "alert_bridge/storage/alert_json.hpp"
#include "support.hpp"
#include "targets.hpp"

namespace {

template <class Struct>
void read_write_read(std::string_view text) {
    using namespace alert_bridge::storage;
    Struct value;
    if (!decode(text, value)) {
        fuzz::require(value == Struct(), "what cannot be read changes nothing", text);
        return;
    }
    const std::string written = encode(value);
    Struct again;
    fuzz::require(decode(written, again), "what was written can be read", written);
    fuzz::require(again == value, "nothing is lost between writing and reading", written);
    fuzz::require(encode(again) == written, "the same struct is written alike", written);
}

}  // namespace

void fuzz::archive(std::string_view input) {
    using namespace alert_bridge::domain;
    Bytes bytes(input);
    switch (bytes.below(4)) {
        case 0:
            return read_write_read<Alert>(bytes.rest());
        case 1:
            return read_write_read<Plan>(bytes.rest());
        case 2:
            return read_write_read<Placement>(bytes.rest());
        default:
            return read_write_read<OperationContent>(bytes.rest());
    }
}
