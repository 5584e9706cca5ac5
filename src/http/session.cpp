// SPDX-License-Identifier: MIT
#include "alert_bridge/http/session.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

namespace alert_bridge::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::size_t kFirstRead = 4 * 1024;  // each byte is zeroed before
constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::size_t kDrainBytes = 8 * 1024 * 1024;  // of a body that was refused
constexpr Duration kDrainTime{2'000};
constexpr Duration kCutAfter{1'000};  // when a cancelled operation does not end

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, SessionContext& context, std::string peer)
    : stream_(std::move(socket), context.tls),
      deadline_(stream_.executor(), [this] { expire(); }),
      context_(context),
      peer_(std::move(peer)) {}

Session::~Session() {
    end_handshake();
    context_.in_flight_bytes -= held_bytes_;
}

asio::awaitable<void> Session::run() {
    bool goes_on = co_await greet();
    if (goes_on) {
        goes_on = co_await first_byte(true);
    }
    while (goes_on) {
        goes_on = co_await one_request();
        static_cast<void>(hold_body(0));
        if (goes_on) {
            goes_on = co_await first_byte(false);
        }
    }
    cut();
}

// Whoever fails in it gets no answer in plain text, but time to read OpenSSL's alert.
asio::awaitable<bool> Session::greet() {
    idle_ = true;
    arm(context_.limits.header_deadline);
    const Greeting greeting = co_await shake_hands();
    if (greeting.outcome == Greeting::Outcome::done) {
        co_return !timed_out_;
    }
    tell(greeting);
    const bool was_told = greeting.outcome == Greeting::Outcome::client_certificate ||
                          greeting.outcome == Greeting::Outcome::protocol;
    if (was_told) {
        unread_ = true;
        co_await close_gently();
    }
    co_return false;
}

// Who says nothing yet is not counted among the handshakes: it costs nothing, and makes no room.
asio::awaitable<Greeting> Session::shake_hands() {
    Greeting greeting;
    if (!stream_.has_tls()) {
        co_return greeting;
    }
    const error_code error = co_await stream_.wait_readable();
    if (error) {
        greeting.outcome = Greeting::Outcome::left;
        greeting.reason = error.message();
        co_return greeting;
    }
    begin_handshake();
    greeting = co_await stream_.greet();
    if (!end_handshake()) {
        greeting.outcome = Greeting::Outcome::left;
        greeting.reason = "made room for others";
    }
    co_return greeting;
}

void Session::begin_handshake() {
    auto& under_way = context_.handshakes;
    if (under_way.size() >= context_.limits.handshakes_max) {
        Session* const longest = under_way.front();
        under_way.pop_front();
        longest->cut();
        if (context_.is_counted) {
            context_.metrics.count("http_refused_connections_total", {{"reason", "handshakes"}});
        }
    }
    under_way.push_back(this);
}

// False: it had to make room.
bool Session::end_handshake() {
    return context_.handshakes.remove(this) > 0;
}

void Session::tell(const Greeting& greeting) {
    using Outcome = Greeting::Outcome;
    if (!context_.is_counted) {
        return;
    }
    const std::string_view reason = timed_out_ ? "timeout" : to_string(greeting.outcome);
    context_.metrics.count("tls_handshakes_failed_total", {{"reason", std::string(reason)}});
    std::string_view advice;
    if (greeting.outcome == Outcome::plain_http) {
        advice = "a sender speaks plain HTTP to this TLS port: let its address begin with https://";
    } else if (greeting.outcome == Outcome::client_certificate) {
        advice =
            "a sender without an accepted client certificate was refused: give it one that "
            "listen.tls.client_ca has issued";
    } else if (greeting.outcome == Outcome::distrusted) {
        advice =
            "a sender does not trust listen.tls.certificate: give it the authority's "
            "certificate, and this file those in between";
    }
    if (!advice.empty()) {
        context_.events.log(
            ports::Level::warning, "tls_refused", advice,
            {{"peer", peer_}, {"reason", greeting.reason}}
        );
    }
}

// Waits without a buffer, so that an idle connection costs little.
asio::awaitable<bool> Session::first_byte(bool first_request) {
    if (context_.stopping) {
        co_return false;
    }
    if (!buffer_.empty()) {
        co_await stream_.give_turn();
        co_return true;
    }
    if (first_request && read_at_once()) {
        co_return !gone_;
    }
    buffer_.shrink_to_fit();
    idle_ = true;
    arm(first_request ? context_.limits.header_deadline : context_.limits.idle_deadline);
    const error_code error = co_await stream_.wait_readable();
    is_readable_ = !error;
    co_return !error && !timed_out_;
}

// Who connects to send one request has mostly sent it by now. False: nothing is there, or TLS.
bool Session::read_at_once() {
    const auto got = stream_.read_now(asio::buffer(context_.space));
    if (got) {
        buffer_.append(context_.space.data(), got->bytes);
        gone_ = got->error || got->bytes == 0;
    }
    return got.has_value();
}

asio::awaitable<bool> Session::one_request() {
    const auto start = std::chrono::steady_clock::now();
    RequestParser parser(context_.limits.parser);
    idle_ = false;
    arm(context_.limits.header_deadline);
    std::optional<Response> early = co_await read_head(parser);
    Request request;
    request.head = parser.take_head();
    request.head.peer = peer_;
    RequestHead& head = request.head;
    Framing framing;
    framing.head_only = head.method == Method::head;
    framing.keep_alive = head.keep_alive;
    framing.http_1_1 = head.http_1_1;
    if (!early && !gone_) {
        early = context_.responder.admit(head);
    }
    if (!early && !gone_ && parser.state() == RequestParser::State::body) {
        arm(context_.limits.request_deadline);
        early = co_await read_body(parser, head.expects_continue);
    }
    if (gone_) {
        co_return false;
    }
    unread_ = parser.state() != RequestParser::State::complete;
    const std::string route(context_.responder.route_name(head.target));
    Response response;
    if (early) {
        response = std::move(*early);
        static_cast<void>(parser.take_body());  // what was read is of no use: room for others
        static_cast<void>(hold_body(0));
    } else {
        deadline_.clear();
        request.body = parser.take_body();
        response = co_await context_.responder.handle(std::move(request));
    }
    context_.metrics.count(
        "http_requests_total", {{"route", route}, {"code", std::to_string(response.status)}}
    );
    const bool is_fed = response.feed != nullptr;  // lasts as long as somebody looks
    const bool goes_on = co_await send(std::move(response), framing);
    if (!is_fed) {
        context_.metrics.observe("http_request_seconds", {{"route", route}}, seconds_since(start));
    }
    co_return goes_on;
}

asio::awaitable<std::optional<Response>> Session::read_head(RequestParser& parser) {
    for (;;) {
        const std::size_t taken = parser.feed(buffer_);
        buffer_.erase(0, taken);
        if (parser.state() == RequestParser::State::refused) {
            co_return parser.refusal();
        }
        if (parser.state() != RequestParser::State::head) {
            co_return std::nullopt;
        }
        if (taken == 0 || buffer_.empty()) {
            auto refusal = co_await read_more();
            if (refusal || gone_) {
                co_return refusal;
            }
        }
    }
}

asio::awaitable<std::optional<Response>> Session::read_body(
    RequestParser& parser, bool expects_continue
) {
    if (expects_continue && buffer_.empty()) {
        if (!co_await send_bytes(kContinue)) {
            gone_ = true;
            co_return std::nullopt;
        }
    }
    for (;;) {
        const std::size_t taken = parser.feed(buffer_);
        buffer_.erase(0, taken);
        if (parser.state() == RequestParser::State::refused) {
            co_return parser.refusal();
        }
        if (!hold_body(parser.body_bytes())) {
            Response busy = Response::failure(503, "too much is being received at once");
            busy.headers.emplace_back("Retry-After", "5");
            co_return busy;
        }
        if (parser.state() == RequestParser::State::complete) {
            co_return std::nullopt;
        }
        if (taken == 0 || buffer_.empty()) {
            auto refusal = co_await read_more();
            if (refusal || gone_) {
                co_return refusal;
            }
        }
    }
}

// Empty: there is more to parse, or nobody to answer any more.
asio::awaitable<std::optional<Response>> Session::read_more() {
    std::optional<Stream::Moved> got;
    if (!timed_out_ && std::exchange(is_readable_, false)) {
        got = stream_.read_now(asio::buffer(context_.space));
    }
    if (got) {
        buffer_.append(context_.space.data(), got->bytes);
    } else if (!timed_out_) {
        got = co_await read_later();
    }
    if (timed_out_) {
        co_return Response::failure(408, "the request was not complete in time");
    }
    gone_ = got->error || got->bytes == 0;
    co_return std::nullopt;
}

// Others use the shared space meanwhile.
asio::awaitable<Stream::Moved> Session::read_later() {
    const std::size_t before = buffer_.size();
    const std::size_t room = has_more_ ? kReadBytes : kFirstRead;
    buffer_.resize(before + room);
    const auto space = asio::buffer(buffer_.data() + before, room);
    const Stream::Moved got = co_await stream_.read_some(space);
    buffer_.resize(before + got.bytes);
    has_more_ = got.bytes == room;
    co_return got;
}

asio::awaitable<bool> Session::send(Response response, Framing framing) {
    framing.keep_alive =
        framing.keep_alive && !response.close && !context_.stopping && !response.feed;
    framing.now = context_.clock.now();
    const std::string bytes = encode(response, framing);
    arm(context_.limits.answer_deadline);
    asio::const_buffer rest = asio::buffer(bytes);
    bool is_sent = !stream_.write_now(rest);
    if (is_sent && rest.size() > 0) {
        const std::string_view left(static_cast<const char*>(rest.data()), rest.size());
        is_sent = co_await send_bytes(left);
    }
    if (is_sent && !framing.head_only && !response.fixed_body.empty()) {
        is_sent = co_await send_bytes(response.fixed_body);
    }
    if (is_sent && !framing.head_only && response.feed) {
        feed_ = std::move(response.feed);
        co_await send_feed();
        feed_.reset();
    }
    if (is_sent && !framing.keep_alive) {
        co_await close_gently();
    }
    co_return is_sent&& framing.keep_alive;
}

// They must last.
asio::awaitable<bool> Session::send_bytes(std::string_view bytes) {
    const error_code error = co_await stream_.write(asio::buffer(bytes.data(), bytes.size()));
    co_return !error && !timed_out_;
}

// However long it lasts, each part must be taken in time.
asio::awaitable<void> Session::send_feed() {
    bool goes_on = true;
    while (goes_on && !context_.stopping) {
        deadline_.clear();
        const std::string bytes = co_await feed_->next();
        goes_on = !bytes.empty();
        if (goes_on) {
            arm(context_.limits.answer_deadline);
            goes_on = co_await send_bytes(bytes);
        }
    }
}

// Closing with unread bytes makes TCP reset the connection, and the answer may be lost with it. In
// TLS there are such bytes more often than not: the client's close_notify.
asio::awaitable<void> Session::close_gently() {
    if (!unread_ && buffer_.empty() && !stream_.has_tls()) {
        co_return;
    }
    stream_.end_sending();
    arm(kDrainTime);
    buffer_.resize(kReadBytes);
    std::size_t drained = 0;
    bool goes_on = true;
    while (goes_on && drained < kDrainBytes) {
        const Stream::Moved got = co_await stream_.discard_some(asio::buffer(buffer_));
        drained += got.bytes;
        goes_on = !got.error && got.bytes > 0 && !timed_out_;
    }
}

// False: the bound of all bodies together is reached, nothing was taken.
bool Session::hold_body(std::size_t bytes) {
    const std::size_t others = context_.in_flight_bytes - held_bytes_;
    const bool fits = others + bytes <= context_.limits.in_flight_bytes_max;
    if (fits || bytes == 0) {
        held_bytes_ = bytes;
        context_.in_flight_bytes = others + bytes;
    }
    return fits;
}

void Session::arm(Duration deadline) {
    timed_out_ = false;
    deadline_.set(deadline);
}

// First cancel, so that 408 can still be said; if that did not end the operation, close.
void Session::expire() {
    if (timed_out_) {
        cut();
        return;
    }
    timed_out_ = true;
    stream_.cancel();
    deadline_.set(kCutAfter);
}

void Session::leave_when_idle() {
    if (idle_) {
        cut();
    }
    if (feed_) {
        feed_->end();
    }
}

void Session::cut() noexcept {
    stream_.close();
}

}  // namespace alert_bridge::http
