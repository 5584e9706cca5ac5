// SPDX-License-Identifier: MIT
//
// Rehearsal: the client as it is, but what it would write is told instead of sent. For `explain`.
//
// Guarantees: from the call of Client::rehearse() on nothing that is not a read, or part of the
// login, leaves; it is the session pool that holds it back, through which every call goes, and it
// goes by the method and path too, not only by what the caller says of the call. A write that was
// told counts as made.
// Thread rule: a value; used on the I/O thread. Tests: tests/unit/glpi/rehearsal_test.cpp
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace alert_bridge::glpi {

struct WouldBe {
    std::string method;  // "POST"
    std::string path;    // with that of GLPI and its API, "/glpi/apirest.php/Ticket"
    std::string body;    // JSON, as it would be sent
};

struct Rehearsal {
    std::function<void(const WouldBe&)> on_write;
    // Of whatever would be made. Reads of what has this number are not sent.
    std::int64_t made_id = 0;
    // False: reads are not sent either. Lists are empty then, and all else fails with `offline`.
    bool asks = true;
};

}  // namespace alert_bridge::glpi
