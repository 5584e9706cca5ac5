// SPDX-License-Identifier: MIT
//
// wire: what an answer of GLPI's legacy API means. Pure; decided by recorded answers of 10.0.19 and
// 11.0.6, since neither the status nor the text can be trusted alone.
//
// Success is the expected status, and JSON, and the expected shape. HTML or nothing with 200 is an
// outage (maintenance, dead database, PHP failure). Messages are translated: only codes count, but
// for SQL texts and "API disabled", which come untranslated or are told by their form.
//   write + nothing trustworthy came back   uncertain
//   read  + nothing trustworthy came back   later
//   ERROR_GLPI_ADD on a write               uncertain: missing rights and deadlocks look alike;
//                                           the caller counts, see the product contract
// A redirect of a read at login means a wrong address (misconfigured); of anything else an outage.
// 429 is a limiter's, GLPI has none: later. 503 may have passed through to GLPI: uncertain.
// Thread rule: pure functions. Tests: tests/unit/glpi/wire_test.cpp
#pragma once

#include <string>
#include <string_view>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/net/http_message.hpp"

namespace alert_bridge::glpi {

struct Reply;  // glpi/reply.hpp

// The shape an answer must have.
enum class Expect {
    created,  // 201 {"id": positive}
    updated,  // 200 [{"<id>": true}]
    object,   // 200 {…}
    list,     // 200 or 206 […]
    search,   // 200 or 206 {"totalcount": n}
    boolean,  // 200 true or false
    session,  // 200 {"session_token": non-empty}
};

enum class Effect {
    read,
    write,
    login,  // as read, but a refusal is the operator's matter
};

[[nodiscard]] Result<Reply> classify(
    const net::HttpResponse& response, Expect expect, Effect effect
);

// Requires: not answered.
[[nodiscard]] Error classify_unanswered(const net::Exchange& exchange, Effect effect);

// The error tells of a server that is away or broken (counts for the breaker), not of one that
// understood and said no.
[[nodiscard]] bool is_outage(const Error& error) noexcept;

// The database speaks through GLPI: the write may be stored all the same (11.0.6, measured).
[[nodiscard]] bool is_sql_text(std::string_view message) noexcept;
// And it says that it was busy or gone, not what was wrong with the write.
[[nodiscard]] bool is_database_busy(std::string_view message) noexcept;

// GLPI 10 stores and returns & < > as &#38; &#60; &#62;, 9.5 as named entities. Decodes those and
// quotes, once.
[[nodiscard]] std::string decode_entities(std::string_view text);

}  // namespace alert_bridge::glpi
