// SPDX-License-Identifier: MIT
#include "alert_bridge/http/admin_listener.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <optional>
#include <set>
#include <utility>

#include "alert_bridge/http/request_parser.hpp"

namespace alert_bridge::http {
namespace {

namespace asio = boost::asio;
using Protocol = asio::local::stream_protocol;
using Stream = boost::beast::basic_stream<Protocol>;
using boost::system::error_code;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr Duration kPauseAfterAcceptError{100};
constexpr Duration kLastPatience{1'000};
constexpr std::size_t kReadBytes = 4 * 1024;
constexpr ParserLimits kLimits{4 * 1024, 20, 64 * 1024};

std::string who_asks(Stream& stream) {
    const auto user = net::peer_user(stream.socket());
    return user ? "uid " + std::to_string(*user) : "unknown";
}

constexpr std::string_view kBusy =
    "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 34\r\n\r\n"
    "{\"error\":\"too many open commands\"}";

// Counts a connection for as long as its coroutine lives, however that ends.
class Place {
  public:
    explicit Place(std::size_t& connections) : connections_(connections) { ++connections_; }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { --connections_; }

  private:
    std::size_t& connections_;
};

}  // namespace

struct AdminListener::Impl {
    Impl(
        AdminApi& given_api, core::Tasks& given_tasks, ports::Clock& given_clock,
        ports::Events& given_events
    )
        : api(given_api), tasks(given_tasks), clock(given_clock), events(given_events) {}

    [[nodiscard]] static asio::awaitable<void> accept_all(std::shared_ptr<Impl> self);
    [[nodiscard]] static asio::awaitable<void> serve(
        std::shared_ptr<Impl> self, std::shared_ptr<Stream> stream
    );
    [[nodiscard]] asio::awaitable<std::optional<Response>> read(
        Stream& stream, RequestParser& parser
    );

    AdminApi& api;
    core::Tasks& tasks;
    ports::Clock& clock;
    ports::Events& events;
    std::optional<net::LocalListener> listener;
    std::size_t connections = 0;
    std::set<std::shared_ptr<Stream>> waiting;  // for a request to be complete
    bool stopping = false;
};

asio::awaitable<void> AdminListener::Impl::accept_all(std::shared_ptr<Impl> self) {
    while (!self->stopping) {
        Protocol::socket socket(self->tasks.executor());
        const auto [error] = co_await self->listener->acceptor().async_accept(socket, kTuple);
        if (self->stopping) {
            co_return;
        }
        if (error) {
            self->events.log(
                ports::Level::error, "admin_accept_failed", "the admin socket cannot accept",
                {{"error", error.message()}}
            );
            co_await self->clock.sleep(kPauseAfterAcceptError);
            continue;
        }
        if (self->connections >= kConnectionsMax) {
            error_code best_effort;
            socket.non_blocking(true, best_effort);
            static_cast<void>(socket.write_some(asio::buffer(kBusy), best_effort));
            continue;  // closes it
        }
        auto stream = std::make_shared<Stream>(std::move(socket));
        self->tasks.spawn("admin", serve(self, std::move(stream)));
    }
}

// Empty: the request is complete. A status of 0: there is nobody to answer.
asio::awaitable<std::optional<Response>> AdminListener::Impl::read(
    Stream& stream, RequestParser& parser
) {
    std::string buffer;
    while (parser.state() != RequestParser::State::complete) {
        const std::size_t taken = parser.feed(buffer);
        buffer.erase(0, taken);
        if (parser.state() == RequestParser::State::refused) {
            co_return parser.refusal();
        }
        if (taken > 0) {
            continue;
        }
        const std::size_t before = buffer.size();
        buffer.resize(before + kReadBytes);
        const auto space = asio::buffer(buffer.data() + before, kReadBytes);
        const auto [error, count] = co_await stream.async_read_some(space, kTuple);
        buffer.resize(before + count);
        if (error) {
            Response nobody;
            nobody.status = 0;
            co_return nobody;
        }
    }
    co_return std::nullopt;
}

asio::awaitable<void> AdminListener::Impl::serve(
    std::shared_ptr<Impl> self, std::shared_ptr<Stream> stream
) {
    const Place place(self->connections);
    RequestParser parser(kLimits);
    self->waiting.insert(stream);
    stream->expires_after(kPatience);
    std::optional<Response> response = co_await self->read(*stream, parser);
    self->waiting.erase(stream);
    if (!response) {
        Request request;
        request.head = parser.take_head();
        request.body = parser.take_body();
        stream->expires_never();
        std::string who = who_asks(*stream);
        response = co_await self->api.handle(std::move(request), std::move(who));
    }
    if (response->status != 0) {
        Framing framing;
        framing.keep_alive = false;
        framing.now = self->clock.now();
        const std::string bytes = encode(*response, framing);
        // At a stop nobody is waited for long.
        stream->expires_after(self->stopping ? kLastPatience : kPatience);
        const auto buffer = asio::buffer(bytes);
        const auto [error, count] = co_await asio::async_write(*stream, buffer, kTuple);
        static_cast<void>(error);
        static_cast<void>(count);
    }
    stream->close();
}

AdminListener::AdminListener(
    AdminApi& api, core::Tasks& tasks, ports::Clock& clock, ports::Events& events
)
    : impl_(std::make_shared<Impl>(api, tasks, clock, events)) {}

AdminListener::~AdminListener() = default;

Result<void> AdminListener::start(const net::LocalSocketOptions& options) {
    auto listener = net::LocalListener::open(impl_->tasks.executor(), options);
    if (!listener) {
        return listener.error();
    }
    impl_->listener = std::move(*listener);
    impl_->tasks.spawn("admin_accept", Impl::accept_all(impl_));
    return {};
}

// Who has asked already gets an answer.
void AdminListener::stop() {
    impl_->stopping = true;
    if (!impl_->listener) {
        return;
    }
    impl_->listener->close();
    for (const auto& stream : impl_->waiting) {
        stream->close();
    }
}

}  // namespace alert_bridge::http
