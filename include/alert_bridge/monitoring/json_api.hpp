// SPDX-License-Identifier: MIT
//
// JsonApi: one JSON request to a monitoring system's HTTP API, and its answer read with care.
//
// Guarantees: an answer is a JSON value, nested at most 32 deep, without a NUL byte and at most
// kAnswerBytesMax long, that came within BackOptions::answer_within, or an error. After stop()
// nothing is asked any more. A redirect is no answer. Strings that are no UTF-8 are replaced when
// sent.
// Errors: later (no answer, 408, 429, 5xx, not JSON), misconfigured (401, 403, a certificate that
// does not fit), refused (any other status; its body's beginning is the message).
// For .cpp files of this folder only, since it pulls in the JSON library.
// Thread rule: the I/O thread. Tests: tests/unit/monitoring/json_api_test.cpp
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "alert_bridge/monitoring/backs.hpp"
#include "alert_bridge/net/http_client.hpp"

namespace alert_bridge::monitoring {

using nlohmann::json;

inline constexpr std::size_t kAnswerBytesMax = 16 * 1024 * 1024;

class JsonApi {
  public:
    // Errors: misconfigured: the address, or the file of certificates.
    [[nodiscard]] static Result<JsonApi> create(
        boost::asio::any_io_executor executor, const BackOptions& options
    );

    struct Call {
        net::Method method = net::Method::get;
        std::string path;  // below the address, begins with "/"
        std::vector<net::Header> headers;
        json body;  // null: none
        // May be carried out again when a kept connection died unanswered.
        bool idempotent = true;
    };
    [[nodiscard]] ports::Awaitable<Result<json>> call(Call call);
    // Every call from now on is an error; those under way end in their time.
    void stop() noexcept { stopped_ = true; }

  private:
    JsonApi(std::shared_ptr<net::HttpClient> client, std::string base, Duration answer_within)
        : client_(std::move(client)), base_(std::move(base)), answer_within_(answer_within) {}

    std::shared_ptr<net::HttpClient> client_;
    std::string base_;
    Duration answer_within_;
    bool stopped_ = false;
};

// Nested at most 32 deep and without a NUL byte, behind which the parser would see nothing; a
// discarded value otherwise.
[[nodiscard]] json parse_bounded(const std::string& text);
[[nodiscard]] std::string dump(const json& value);
// "" when absent, or neither text nor a whole number.
[[nodiscard]] std::string text_in(const json& object, const char* key);
// 0 when absent or not a number; numbers in strings are taken. Held within what to_whole_number()
// gives.
[[nodiscard]] std::int64_t number_in(const json& object, const char* key);
[[nodiscard]] net::Header basic_login(const std::string& user, const Secret& password);

}  // namespace alert_bridge::monitoring
