// SPDX-License-Identifier: MIT
#include "alert_bridge/http/request_parser.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "ambiguous_requests.hpp"
#include "catch.hpp"

using namespace alert_bridge;
using namespace alert_bridge::http;
using State = RequestParser::State;

namespace {

struct Outcome {
    State state = State::head;
    RequestHead head;
    std::string body;
    int status = 0;        // of a refusal
    std::string sentence;  // of a refusal
    std::string rest;      // not taken
};

// Feeds the bytes in pieces, as a session would.
Outcome parse(const std::string& bytes, std::size_t piece = 1'000'000, ParserLimits limits = {}) {
    RequestParser parser(limits);
    std::string buffer;
    std::size_t given = 0;
    while (parser.state() == State::head || parser.state() == State::body) {
        const std::size_t taken = parser.feed(buffer);
        buffer.erase(0, taken);
        if (taken == 0 || buffer.empty()) {
            if (given == bytes.size()) {
                break;
            }
            buffer += bytes.substr(given, piece);
            given = std::min(given + piece, bytes.size());
        }
    }
    if (parser.state() == State::head || parser.state() == State::body) {
        static_cast<void>(parser.feed(buffer));
    }
    Outcome outcome;
    outcome.state = parser.state();
    outcome.head = parser.head();
    outcome.rest = buffer + bytes.substr(given);
    if (outcome.state == State::complete) {
        outcome.body = parser.take_body();
    }
    if (outcome.state == State::refused) {
        outcome.status = parser.refusal().status;
        CHECK(parser.refusal().close);
        outcome.sentence =
            nlohmann::json::parse(parser.refusal().body).at("error").get<std::string>();
    }
    return outcome;
}

const std::string kPost = "POST /v1/alerts/z HTTP/1.1\r\nHost: b\r\n";

}  // namespace

TEST_CASE("a request is read whatever the pieces it comes in") {
    const std::size_t piece = GENERATE(1U, 2U, 3U, 7U, 50U, 1'000'000U);
    const std::string bytes = kPost +
                              "Authorization: Bearer t\r\nX-Bridge-Timestamp: 5\r\n"
                              "X-Bridge-Signature: sha256=ab\r\nPrefer: a\r\nPrefer: wait=2\r\n"
                              "Expect: 100-Continue\r\nContent-Length: 5\r\n\r\nhello";
    const Outcome outcome = parse(bytes, piece);
    REQUIRE(outcome.state == State::complete);
    CHECK(outcome.body == "hello");
    CHECK(outcome.head.method == Method::post);
    CHECK(outcome.head.target == "/v1/alerts/z");
    CHECK(outcome.head.authorization == "Bearer t");
    CHECK(outcome.head.timestamp == "5");
    CHECK(outcome.head.signature == "sha256=ab");
    CHECK(outcome.head.prefer == "a,wait=2");
    CHECK(outcome.head.expects_continue);
    CHECK(outcome.head.http_1_1);
    CHECK(outcome.head.keep_alive);
    CHECK(outcome.head.has_body);
}

TEST_CASE("a chunked body is put together, its trailer dropped") {
    const std::size_t piece = GENERATE(1U, 5U, 1'000'000U);
    const std::string bytes =
        kPost +
        "Transfer-Encoding: Chunked\r\n\r\n"
        "5\r\nhello\r\n6\r\n world\r\n0\r\nAuthorization: Bearer x\r\nX-A: a;b\r\n\r\n";
    const Outcome outcome = parse(bytes, piece);
    REQUIRE(outcome.state == State::complete);
    CHECK(outcome.body == "hello world");
    CHECK(outcome.head.authorization.empty());
}

TEST_CASE("a chunked body of nothing but its last chunk is empty, whatever its pieces") {
    const std::size_t piece = GENERATE(1U, 2U, 3U, 4U, 1'000'000U);
    for (const std::string end : {"0\r\n\r\n", "000\r\nX-Trailer: 1\r\n\r\n"}) {
        const Outcome outcome = parse(kPost + "Transfer-Encoding: chunked\r\n\r\n" + end, piece);
        REQUIRE(outcome.state == State::complete);
        CHECK(outcome.body.empty());
    }
}

TEST_CASE("what follows a request is left for the next one") {
    const std::string next = "GET /healthz HTTP/1.1\r\nHost: b\r\n\r\n";
    const Outcome outcome = parse(kPost + "Content-Length: 2\r\n\r\n{}" + next);
    REQUIRE(outcome.state == State::complete);
    CHECK(outcome.body == "{}");
    CHECK(outcome.rest == next);
}

TEST_CASE("requests that are unusual but clear are taken") {
    const std::vector<std::string> cases{
        "GET /healthz HTTP/1.1\r\nHost: b\r\n\r\n",
        "GET /healthz HTTP/1.0\r\n\r\n",
        "\r\nGET /healthz HTTP/1.1\r\nHost: b\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: [::1]:8480\r\n\r\n",
        "GET /healthz?verbose=1 HTTP/1.1\r\nhOsT: b\r\nContent-Length: 0\r\n\r\n",
        "DELETE /x HTTP/1.1\r\nHost: b\r\n\r\n",
        kPost + "Content-Length: 0\r\n\r\n",
        "POST /v1/alerts/z HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}"};
    for (const std::string& bytes : cases) {
        INFO(bytes);
        const Outcome outcome = parse(bytes);
        CHECK(outcome.state == State::complete);
        CHECK(outcome.head.target.find('?') == std::string::npos);
    }
    CHECK_FALSE(parse(cases.at(1)).head.keep_alive);
    CHECK(parse(cases.at(5)).head.method == Method::other);
}

TEST_CASE("a request that two readers could understand differently is refused") {
    for (const test::AmbiguousRequest& one : test::ambiguous_requests()) {
        INFO(one.bytes);
        for (const std::size_t piece : {std::size_t{1}, std::size_t{1'000'000}}) {
            const Outcome outcome = parse(one.bytes, piece);
            REQUIRE(outcome.state == State::refused);
            CHECK(outcome.status == one.status);
            CHECK_THAT(outcome.sentence, ContainsSubstring(one.sentence));
        }
    }
}

TEST_CASE("the size of the header and the number of fields are bounded") {
    std::string many = "GET /healthz HTTP/1.1\r\nHost: b\r\n";
    for (int i = 0; i < 99; ++i) {
        many += "X-A: 1\r\n";
    }
    CHECK(parse(many + "\r\n").state == State::complete);
    CHECK(parse(many + "X-A: 1\r\n\r\n").status == 431);

    const std::string start = "GET /healthz HTTP/1.1\r\nHost: b\r\nX: ";
    const std::size_t fits = 8 * 1024 - start.size() - 4;
    CHECK(parse(start + std::string(fits, 'a') + "\r\n\r\n").state == State::complete);
    CHECK(parse(start + std::string(fits + 1, 'a') + "\r\n\r\n").status == 431);
    CHECK(parse("GET /" + std::string(20'000, 'a'), 500).status == 431);
    CHECK(parse(start + std::string(20'000, 'a'), 1).status == 431);
}

TEST_CASE("a body of the limit is taken, a longer one refused, announced or not") {
    ParserLimits limits;
    limits.body_bytes_max = 1000;
    const auto sized = [](std::size_t size) {
        return kPost + "Content-Length: " + std::to_string(size) + "\r\n\r\n" +
               std::string(size, 'x');
    };
    const auto chunked = [](int chunks) {
        std::string bytes = kPost + "Transfer-Encoding: chunked\r\n\r\n";
        for (int i = 0; i < chunks; ++i) {
            bytes += "64\r\n" + std::string(100, 'x') + "\r\n";
        }
        return bytes + "0\r\n\r\n";
    };
    CHECK(parse(sized(1000), 300, limits).body.size() == 1000);
    CHECK(parse(sized(1001), 300, limits).status == 413);
    CHECK(parse(sized(50'000), 300, limits).status == 413);
    CHECK(parse(chunked(10), 300, limits).body.size() == 1000);
    CHECK(parse(chunked(11), 300, limits).status == 413);
    CHECK(parse(chunked(500), 1'000'000, limits).status == 413);
}

TEST_CASE("chunk extensions are refused at once, whatever the pieces") {
    const std::size_t piece = GENERATE(1U, 3U, 7U, 1'000'000U);
    const std::string start = kPost + "Transfer-Encoding: chunked\r\n\r\n";
    for (const std::string body :
         {"5;a=b\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\n0;a=b\r\n\r\n", "5;", "5 ;x\r\n",
          "5;a=\"\r\n1\"\r\n", "5\r\nhello\r\n5;a=\"\r\n0\r\n\r\nGET / HTTP/1.1\r\n"}) {
        INFO(body);
        CHECK(parse(start + body, piece).status == 400);
    }
    const Outcome semicolon = parse(start + "3\r\na;b\r\n0\r\n\r\n", piece);
    REQUIRE(semicolon.state == State::complete);
    CHECK(semicolon.body == "a;b");
}

TEST_CASE("an endless chunk extension or trailer is refused") {
    const std::string start = kPost + "Transfer-Encoding: chunked\r\n\r\n";
    CHECK(parse(start + "2;" + std::string(100'000, 'a'), 4096).status == 400);
    std::string trailer = start + "2\r\n{}\r\n0\r\n";
    for (int i = 0; i < 2000; ++i) {
        trailer += "X-A: some more\r\n";
    }
    CHECK(parse(trailer, 4096).status == 400);
    CHECK(parse(start + "zz\r\n", 1).status == 400);
    CHECK(parse(start + "ffffffffffffffffffff\r\n").status == 400);
}

TEST_CASE("what is not complete is neither refused nor taken") {
    const std::string whole = kPost + "Content-Length: 5\r\n\r\nhello";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        INFO(size);
        const Outcome outcome = parse(whole.substr(0, size));
        CHECK((outcome.state == State::head || outcome.state == State::body));
    }
}

TEST_CASE("any bytes end in some state") {
    // Mutations of a good request with a fixed generator: no crash, no endless loop.
    const std::string good =
        kPost + "Transfer-Encoding: chunked\r\nX: y\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    std::uint32_t random = 12345;
    const auto next = [&random] { return random = random * 1664525U + 1013904223U; };
    int refused = 0;
    for (int round = 0; round < 5000; ++round) {
        std::string bytes = good;
        const unsigned changes = 1U + (next() >> 24U) % 4U;
        for (unsigned i = 0; i < changes; ++i) {
            bytes.at((next() >> 8U) % bytes.size()) = static_cast<char>(next() >> 24U);
        }
        refused += parse(bytes, 1U + (next() >> 24U) % 40U).state == State::refused ? 1 : 0;
    }
    CHECK(refused > 1000);
}

TEST_CASE("what a browser says about itself is carried, and said once") {
    const std::string get = "GET / HTTP/1.1\r\nHost: b:8481\r\n";
    const Outcome outcome = parse(
        get +
        "Origin: http://b:8481\r\nSec-Fetch-Site: same-origin\r\nCookie: a=1\r\n"
        "Cookie: b=2\r\n\r\n"
    );
    REQUIRE(outcome.state == State::complete);
    CHECK(outcome.head.host == "b:8481");
    CHECK(outcome.head.origin == "http://b:8481");
    CHECK(outcome.head.fetch_site == "same-origin");
    CHECK(outcome.head.cookie == "a=1; b=2");
    CHECK(parse(get + "Origin: http://b\r\nOrigin: http://b\r\n\r\n").status == 400);
    CHECK(parse(get + "Sec-Fetch-Site: none\r\nSec-Fetch-Site: none\r\n\r\n").status == 400);
}
