// SPDX-License-Identifier: MIT
#include "alert_bridge/http/request_parser.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/parser.hpp>

#include "alert_bridge/base/text.hpp"

namespace alert_bridge::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::system::error_code;

// A chunk's size line and the trailer must fit into this.
constexpr std::size_t kChunkLineBytes = 8 * 1024;

// Like Beast's string_body, but it does not reserve what the client merely announces.
struct GrowingBody {
    using value_type = std::string;

    static std::uint64_t size(const value_type& body) { return body.size(); }

    class reader {
      public:
        template <bool isRequest, class Fields>
        explicit reader(beast_http::header<isRequest, Fields>&, value_type& body) : body_(body) {}

        void init(const boost::optional<std::uint64_t>&, error_code& error) { error = {}; }

        template <class Buffers>
        std::size_t put(const Buffers& buffers, error_code& error) {
            error = {};
            const std::size_t before = body_.size();
            for (const boost::asio::const_buffer piece : boost::beast::buffers_range_ref(buffers)) {
                body_.append(static_cast<const char*>(piece.data()), piece.size());
            }
            return body_.size() - before;
        }

        void finish(error_code& error) { error = {}; }

      private:
        value_type& body_;
    };
};

// The shortest chunked body: "0", the end of that line and an empty line. Beast 1.81 asserts that
// it has all of it when it looks at a first chunk that is the last for the second time.
constexpr std::size_t kShortestChunkedBody = 5;

// What two readers could take differently, seen in the raw bytes (Beast unfolds and forgets).
// Empty: nothing is wrong.
std::string_view raw_mistake(std::string_view head) noexcept {
    for (std::size_t i = 0; i < head.size(); ++i) {
        const char letter = head[i];
        if (letter == '\0') {
            return "NUL in the header";
        }
        if (letter == '\n' && (i == 0 || head[i - 1] != '\r')) {
            return "a header line ends without CR";
        }
        if (letter == '\r' && (i + 1 == head.size() || head[i + 1] != '\n')) {
            return "CR inside a header line";
        }
        if ((letter == ' ' || letter == '\t') && i > 0 && head[i - 1] == '\n') {
            return "a folded header line";
        }
    }
    return {};
}

bool is_host(std::string_view text) noexcept {
    const auto allowed = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') ||
               std::string_view(".-_:[]%~").find(letter) != std::string_view::npos;
    };
    return !text.empty() && text.size() <= 255 && std::all_of(text.begin(), text.end(), allowed);
}

bool is_digits(std::string_view text) noexcept {
    const auto is_digit = [](char letter) { return letter >= '0' && letter <= '9'; };
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

bool is_path(std::string_view text) noexcept {
    const auto plain = [](char letter) { return letter > ' ' && letter < '\x7f' && letter != '#'; };
    return !text.empty() && text.front() == '/' && std::all_of(text.begin(), text.end(), plain);
}

Method method_of(beast_http::verb verb) noexcept {
    switch (verb) {
        case beast_http::verb::get:
            return Method::get;
        case beast_http::verb::head:
            return Method::head;
        case beast_http::verb::post:
            return Method::post;
        default:
            return Method::other;
    }
}

// How often the fields that decide about framing and identity occur, and what they say.
struct Census {
    std::size_t fields = 0, hosts = 0, lengths = 0, codings = 0, expectations = 0, prefers = 0;
    std::size_t authorizations = 0, timestamps = 0, signatures = 0;
    std::size_t glpi_timestamps = 0, glpi_signatures = 0, origins = 0, sites = 0;
    bool encoded = false;
    std::string_view host, length, coding, expectation;
};

void count_field(Census& census, RequestHead& head, std::string_view name, std::string_view value) {
    ++census.fields;
    if (iequals_ascii(name, "host")) {
        ++census.hosts;
        census.host = value;
    } else if (iequals_ascii(name, "content-length")) {
        ++census.lengths;
        census.length = value;
    } else if (iequals_ascii(name, "transfer-encoding")) {
        ++census.codings;
        census.coding = value;
    } else if (iequals_ascii(name, "content-encoding")) {
        census.encoded = true;
    } else if (iequals_ascii(name, "expect")) {
        ++census.expectations;
        census.expectation = value;
    } else if (iequals_ascii(name, "authorization")) {
        ++census.authorizations;
        head.authorization = value;
    } else if (iequals_ascii(name, "x-bridge-timestamp")) {
        ++census.timestamps;
        head.timestamp = value;
    } else if (iequals_ascii(name, "x-bridge-signature")) {
        ++census.signatures;
        head.signature = value;
    } else if (iequals_ascii(name, "x-glpi-timestamp")) {
        ++census.glpi_timestamps;
        head.glpi_timestamp = value;
    } else if (iequals_ascii(name, "x-glpi-signature")) {
        ++census.glpi_signatures;
        head.glpi_signature = value;
    } else if (iequals_ascii(name, "prefer")) {
        head.prefer += census.prefers++ == 0 ? "" : ",";
        head.prefer += value;
    } else if (iequals_ascii(name, "cookie")) {
        head.cookie += head.cookie.empty() ? "" : "; ";
        head.cookie += value;
    } else if (iequals_ascii(name, "origin")) {
        ++census.origins;
        head.origin = value;
    } else if (iequals_ascii(name, "sec-fetch-site")) {
        ++census.sites;
        head.fetch_site = value;
    }
}

std::string_view view(boost::beast::string_view text) noexcept {
    return {text.data(), text.size()};
}

// An extension of a chunk may hold a quoted line end, after which two readers do not agree where
// the chunk begins; and no sender has a use for one.
void refuse_extensions(std::uint64_t, boost::beast::string_view extensions, error_code& error) {
    if (!extensions.empty()) {
        error = beast_http::error::bad_chunk_extension;
    }
}

// The bytes that are left begin with the end of the last chunk or with the size line of the next.
bool has_extension(std::string_view left) noexcept {
    left.remove_prefix(left.starts_with("\r\n") ? 2 : 0);
    return left.substr(0, left.find_first_of("\r\n")).find(';') != std::string_view::npos;
}

}  // namespace

struct RequestParser::Beast {
    Beast() { parser.on_chunk_header(on_chunk_header); }

    void (*on_chunk_header
    )(std::uint64_t, boost::beast::string_view, error_code&) = refuse_extensions;
    beast_http::request_parser<GrowingBody> parser;
};

RequestParser::RequestParser(const ParserLimits& limits)
    : limits_(limits), beast_(std::make_unique<Beast>()) {
    beast_->parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes_max));
    beast_->parser.body_limit(limits_.body_bytes_max);
}

RequestParser::~RequestParser() = default;

std::size_t RequestParser::body_bytes() const noexcept {
    return beast_->parser.get().body().size();
}

std::string RequestParser::take_body() {
    return std::move(beast_->parser.get().body());
}

void RequestParser::refuse(int status, std::string_view reason) {
    state_ = State::refused;
    refusal_ = Response::failure(status, reason);
}

std::size_t RequestParser::feed(std::string_view bytes) {
    switch (state_) {
        case State::head:
            return feed_head(bytes);
        case State::body:
            return feed_body(bytes);
        case State::complete:
        case State::refused:
            break;
    }
    return 0;
}

std::size_t RequestParser::feed_head(std::string_view bytes) {
    if (bytes.substr(0, 2) == "\r\n") {
        return 2;  // RFC 9112 2.2: an empty line before the request line is skipped
    }
    const std::size_t blank_line = bytes.find("\r\n\r\n");
    const bool is_whole = blank_line != std::string_view::npos;
    const std::string_view seen = bytes.substr(0, is_whole ? blank_line + 4 : bytes.size());
    if (seen.size() > limits_.header_bytes_max) {
        refuse(431, "the header is too large");
        return 0;
    }
    // A sender of something else (TLS, say) is told at once, not at the deadline.
    if (!seen.empty() && seen != "\r" && !(seen.front() >= 'A' && seen.front() <= 'Z')) {
        refuse(400, "this is not an HTTP request");
        return 0;
    }
    if (!is_whole) {
        return 0;
    }
    if (const std::string_view mistake = raw_mistake(seen); !mistake.empty()) {
        refuse(400, mistake);
        return 0;
    }
    error_code error;
    beast_->parser.put(boost::asio::buffer(seen.data(), seen.size()), error);
    if (error == beast_http::error::body_limit) {
        refuse(413, "the body is too large");
    } else if (error == beast_http::error::header_limit) {
        refuse(431, "the header is too large");
    } else if (error == beast_http::error::bad_version) {
        refuse(505, "only HTTP/1.0 and HTTP/1.1 are understood");
    } else if (error || !beast_->parser.is_header_done()) {
        refuse(400, "the request header is malformed");
    } else {
        check_fields();
    }
    if (state_ == State::refused) {
        return 0;
    }
    beast_->parser.eager(true);
    state_ = beast_->parser.is_done() ? State::complete : State::body;
    return seen.size();
}

void RequestParser::check_fields() {
    const auto& message = beast_->parser.get();
    Census census;
    for (const auto& field : message) {
        count_field(census, head_, view(field.name_string()), view(field.value()));
    }
    const std::string_view target = view(message.target());
    const bool is_chunked = census.codings > 0;

    head_.host = census.host;
    head_.method = method_of(message.method());
    head_.http_1_1 = message.version() == 11;
    head_.keep_alive = message.keep_alive();
    head_.has_body = !beast_->parser.is_done();
    head_.expects_continue = census.expectations > 0 && head_.http_1_1;
    const std::size_t mark = target.find('?');
    head_.target = target.substr(0, mark);
    head_.query = mark == target.npos ? std::string_view() : target.substr(mark + 1);

    if (message.version() != 11 && message.version() != 10) {
        refuse(505, "only HTTP/1.0 and HTTP/1.1 are understood");
    } else if (census.fields > limits_.fields_max) {
        refuse(431, "too many header fields");
    } else if (!is_path(target)) {
        refuse(400, "the request target is not a path");
    } else if (census.hosts > 1 || (census.hosts == 0 && head_.http_1_1)) {
        refuse(400, "exactly one Host is needed");
    } else if (census.hosts == 1 && !is_host(census.host)) {
        refuse(400, "the Host is not a host");
    } else if (census.codings > 1 || (is_chunked && !iequals_ascii(census.coding, "chunked"))) {
        refuse(400, "the only transfer coding understood is chunked");
    } else if (is_chunked && !head_.http_1_1) {
        refuse(400, "HTTP/1.0 has no transfer codings");
    } else if (census.lengths > 1 || (census.lengths == 1 && !is_digits(census.length))) {
        refuse(400, "exactly one Content-Length is understood");
    } else if (is_chunked && census.lengths > 0) {
        refuse(400, "Content-Length and a transfer coding exclude each other");
    } else if (census.encoded) {
        refuse(415, "send the body without Content-Encoding");
    } else if (census.expectations > 1 ||
               (census.expectations == 1 && !iequals_ascii(census.expectation, "100-continue"))) {
        refuse(417, "the only expectation understood is 100-continue");
    } else if (census.authorizations > 1 || census.timestamps > 1 || census.signatures > 1 || census.glpi_timestamps > 1 || census.glpi_signatures > 1) {
        refuse(400, "credentials are given more than once");
    } else if (census.origins > 1 || census.sites > 1) {
        refuse(400, "the origin is given more than once");
    } else if (head_.method == Method::post && census.lengths == 0 && !is_chunked) {
        refuse(411, "a length is needed");
    } else if ((head_.method == Method::get || head_.method == Method::head) && head_.has_body) {
        refuse(400, "this method takes no body");
    }
}

std::size_t RequestParser::feed_body(std::string_view bytes) {
    const bool too_few = beast_->parser.chunked() && !body_began_ && bytes.starts_with("0\r\n") &&
                         bytes.size() < kShortestChunkedBody;
    if (bytes.empty() || too_few) {
        return 0;
    }
    error_code error;
    const std::size_t taken =
        beast_->parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    body_began_ = body_began_ || taken > 0;
    const bool is_extended = error == beast_http::error::bad_chunk_extension ||
                             (beast_->parser.chunked() && !beast_->parser.is_done() &&
                              has_extension(bytes.substr(taken)));
    if (error == beast_http::error::body_limit) {
        refuse(413, "the body is too large");
    } else if (is_extended) {
        refuse(400, "chunk extensions are not understood");
    } else if (error && error != beast_http::error::need_more) {
        refuse(400, "the body's framing is malformed");
    } else if (beast_->parser.is_done()) {
        state_ = State::complete;
    } else if (taken == 0 && bytes.size() >= kChunkLineBytes) {
        refuse(400, "a chunk's size line is too long");
    }
    return taken;
}

}  // namespace alert_bridge::http
