// SPDX-License-Identifier: MIT
// What the tests of the HTTP client share.
#pragma once

#include "alert_bridge/net/connection.hpp"
#include "alert_bridge/net/http_client.hpp"
#include "catch.hpp"
#include "scripted_server.hpp"

namespace alert_bridge::net_test {

inline net::ClientOptions options_for(const std::string& url) {
    net::ClientOptions options;
    options.url = *net::parse_url(url);
    return options;
}

inline std::shared_ptr<net::HttpClient> client_for(
    test::asio::io_context& io, const net::ClientOptions& options
) {
    auto client = net::HttpClient::create(io.get_executor(), options);
    REQUIRE(client.has_value());
    return *client;
}

inline net::HttpRequest get(const std::string& target = "/x") {
    net::HttpRequest request;
    request.target = target;
    request.idempotent = true;
    return request;
}

inline net::HttpRequest post(const std::string& body = "{}") {
    net::HttpRequest request;
    request.method = net::Method::post;
    request.target = "/x";
    request.body = body;
    return request;
}

// A port that nobody listens on: it is bound as long as this lives, so that nobody else can.
class DeadPort {
  public:
    explicit DeadPort(test::asio::io_context& io)
        : socket_(io, test::asio::ip::tcp::endpoint(test::asio::ip::make_address("127.0.0.1"), 0)) {
    }
    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(socket_.local_endpoint().port());
    }

  private:
    test::asio::ip::tcp::socket socket_;
};

}  // namespace alert_bridge::net_test
