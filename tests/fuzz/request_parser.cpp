// SPDX-License-Identifier: MIT
// The request parser: how the network cuts a stream into pieces changes nothing. The first four
// bytes choose the limits and three sizes of pieces, the rest is what the client sends.
#include "alert_bridge/http/request_parser.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "support.hpp"
#include "targets.hpp"

namespace {

using namespace alert_bridge;
using State = http::RequestParser::State;
using fuzz::require;

struct Outcome {
    State state = State::head;
    http::RequestHead head;
    std::string body;
};

void check_refusal(const http::Response& refusal) {
    require(refusal.status >= 400 && refusal.status < 600, "a refusal has a status");
    require(refusal.close, "a refusal closes the connection");
    require(!refusal.body.empty(), "a refusal says why");
}

void check_complete(const Outcome& outcome, const http::ParserLimits& limits) {
    require(outcome.head.target.starts_with('/'), "a target is a path", outcome.head.target);
    require(outcome.body.size() <= limits.body_bytes_max, "a body is bounded");
    const int wait_s = http::preferred_wait_s(outcome.head.prefer);
    require(wait_s >= 0 && wait_s <= 30, "a wait is bounded", outcome.head.prefer);
    const auto target = http::percent_decode(http::percent_encode(outcome.head.target));
    require(target == outcome.head.target, "what was encoded decodes", outcome.head.target);
}

// Sends the stream piece by piece, as http/session does: one parser per request, and what a parser
// leaves is the start of the next one's.
std::vector<Outcome> send(
    std::string_view stream, const std::array<std::size_t, 3>& pieces,
    const http::ParserLimits& limits
) {
    std::vector<Outcome> outcomes;
    auto parser = std::make_unique<http::RequestParser>(limits);
    std::string buffer;
    std::size_t turn = 0;
    while (!stream.empty()) {
        const std::size_t piece = std::min(pieces[turn++ % pieces.size()], stream.size());
        buffer += stream.substr(0, piece);
        stream.remove_prefix(piece);
        for (std::size_t taken = 1; taken > 0;) {
            taken = parser->feed(buffer);
            require(taken <= buffer.size(), "no more is taken than there is");
            buffer.erase(0, taken);
            require(parser->body_bytes() <= limits.body_bytes_max, "a body is bounded");
            if (parser->state() == State::complete) {
                outcomes.push_back({State::complete, parser->head(), parser->take_body()});
                check_complete(outcomes.back(), limits);
                parser = std::make_unique<http::RequestParser>(limits);
                taken = 1;  // perhaps the next request is in the buffer already
            } else if (parser->state() == State::refused) {
                check_refusal(parser->refusal());
                outcomes.push_back({State::refused, {}, {}});
                return outcomes;
            }
        }
    }
    outcomes.push_back({parser->state(), {}, {}});
    return outcomes;
}

bool is_same(const http::RequestHead& a, const http::RequestHead& b) {
    return a.method == b.method && a.target == b.target && a.http_1_1 == b.http_1_1 &&
           a.keep_alive == b.keep_alive && a.has_body == b.has_body &&
           a.expects_continue == b.expects_continue && a.authorization == b.authorization &&
           a.timestamp == b.timestamp && a.signature == b.signature && a.prefer == b.prefer;
}

}  // namespace

void fuzz::request_parser(std::string_view input) {
    Bytes bytes(input);
    http::ParserLimits limits;
    if (bytes.flag()) {
        limits = {256, 8, 512};
    }
    std::array<std::size_t, 3> pieces{};
    for (std::size_t& piece : pieces) {
        piece = 1U + bytes.byte();
    }
    const std::string_view stream = bytes.rest();
    const std::size_t all = stream.size() + 1;
    const auto whole = send(stream, {all, all, all}, limits);
    const auto cut = send(stream, pieces, limits);
    require(whole.size() == cut.size(), "the pieces do not change the number of requests");
    for (std::size_t i = 0; i < whole.size(); ++i) {
        const std::string states = std::to_string(static_cast<int>(whole[i].state)) + " whole, " +
                                   std::to_string(static_cast<int>(cut[i].state)) + " in pieces";
        require(whole[i].state == cut[i].state, "the pieces do not change the verdict", states);
        require(is_same(whole[i].head, cut[i].head), "the pieces do not change the head");
        require(whole[i].body == cut[i].body, "the pieces do not change the body");
    }
}
