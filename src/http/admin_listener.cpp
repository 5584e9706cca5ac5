// SPDX-License-Identifier: MIT
#include "alert_bridge/http/admin_listener.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>
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
constexpr std::size_t kReadBytes = 4 * 1024;
constexpr ParserLimits kLimits{4 * 1024, 20, 64 * 1024};

std::string who_asks(Stream& stream) {
    const auto user = net::peer_user(stream.socket());
    return user ? "uid " + std::to_string(*user) : "unknown";
}

// Forgets a connection when its coroutine ends, however it ends.
class Place {
  public:
    Place(std::set<std::shared_ptr<Stream>>& streams, std::shared_ptr<Stream> stream)
        : streams_(streams), stream_(std::move(stream)) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { streams_.erase(stream_); }

  private:
    std::set<std::shared_ptr<Stream>>& streams_;
    std::shared_ptr<Stream> stream_;
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
    std::optional<net::LocalAcceptor> acceptor;
    std::string path;
    std::set<std::shared_ptr<Stream>> streams;
    bool stopping = false;
};

asio::awaitable<void> AdminListener::Impl::accept_all(std::shared_ptr<Impl> self) {
    while (!self->stopping) {
        Protocol::socket socket(self->tasks.executor());
        const auto [error] = co_await self->acceptor->async_accept(socket, kTuple);
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
        if (self->streams.size() >= kConnectionsMax) {
            continue;  // closes it
        }
        auto stream = std::make_shared<Stream>(std::move(socket));
        self->streams.insert(stream);
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
    const Place place(self->streams, stream);
    RequestParser parser(kLimits);
    stream->expires_after(kPatience);
    std::optional<Response> response = co_await self->read(*stream, parser);
    if (!response) {
        Request request;
        request.head = parser.head();
        request.body = parser.take_body();
        stream->expires_never();
        std::string who = who_asks(*stream);
        response = co_await self->api.handle(std::move(request), std::move(who));
    }
    if (response->status != 0 && !self->stopping) {
        Framing framing;
        framing.keep_alive = false;
        framing.now = self->clock.now();
        const std::string bytes = encode(*response, framing);
        stream->expires_after(kPatience);
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
    auto acceptor = net::listen_local(impl_->tasks.executor(), options);
    if (!acceptor) {
        return acceptor.error();
    }
    impl_->acceptor = std::move(*acceptor);
    impl_->path = options.path;
    impl_->tasks.spawn("admin_accept", Impl::accept_all(impl_));
    return {};
}

void AdminListener::stop() {
    impl_->stopping = true;
    if (!impl_->acceptor) {
        return;
    }
    error_code ignored;
    impl_->acceptor->close(ignored);
    std::error_code unlink_ignored;
    std::filesystem::remove(impl_->path, unlink_ignored);
    for (const auto& stream : impl_->streams) {
        stream->close();
    }
}

}  // namespace alert_bridge::http
