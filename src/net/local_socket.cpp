// SPDX-License-Identifier: MIT
#include "alert_bridge/net/local_socket.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <cerrno>
#include <cstring>
#include <exception>
#include <utility>

namespace alert_bridge::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Protocol = asio::local::stream_protocol;
using boost::system::error_code;

constexpr std::size_t kPathBytesMax = sizeof(sockaddr_un{}.sun_path) - 1;

Error cannot(const char* code, const std::string& path, const std::string& why) {
    return Error{ErrorClass::misconfigured, code, path + ": " + why};
}

Error cannot(const char* code, const std::string& path, int error) {
    return cannot(code, path, std::strerror(error));
}

// 0: somebody listens there; else why not. Never waits.
int try_to_connect(const std::string& path) {
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        return errno;
    }
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, kPathBytesMax);
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
    const bool connected = ::connect(descriptor, generic, sizeof(address)) == 0;
    const int error = connected || errno == EAGAIN ? 0 : errno;  // EAGAIN: too many wait there
    ::close(descriptor);
    return error;
}

// What stands at the path may go: nothing, or a socket that nobody listens on any more.
Result<void> make_room(const std::string& path) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) {
        return errno == ENOENT ? Result<void>() : cannot("socket_path", path, errno);
    }
    if (!S_ISSOCK(found.st_mode)) {
        return cannot("socket_path", path, "stands there and is no socket; it is left alone");
    }
    const int error = try_to_connect(path);
    if (error == 0) {
        return cannot("socket_in_use", path, "another process answers there");
    }
    return error == ECONNREFUSED ? Result<void>() : cannot("socket_path", path, error);
}

// Under a name of its own first, so that nobody connects before the mode is set.
Result<void> bind_and_listen(
    LocalListener::Acceptor& acceptor, const LocalSocketOptions& options, const std::string& name
) {
    error_code error;
    acceptor.open(Protocol(), error);
    if (!error) {
        acceptor.bind(Protocol::endpoint(name), error);
    }
    if (error) {
        return cannot("socket_bind", options.path, error.message());
    }
    if (::chmod(name.c_str(), options.mode) != 0) {
        return cannot("socket_mode", options.path, errno);
    }
    acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
        return cannot("socket_listen", options.path, error.message());
    }
    if (::rename(name.c_str(), options.path.c_str()) != 0) {
        return cannot("socket_path", options.path, errno);
    }
    return {};
}

asio::awaitable<LocalReply> exchange(
    std::string path, http::request<http::string_body> request, const char*& step
) {
    Protocol::socket socket(co_await asio::this_coro::executor);
    const Protocol::endpoint endpoint(path);
    co_await socket.async_connect(endpoint, asio::use_awaitable);
    step = "no_reply";
    co_await http::async_write(socket, request, asio::use_awaitable);
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(kReplyBytesMax);
    co_await http::async_read(socket, buffer, parser, asio::use_awaitable);
    LocalReply reply;
    reply.status = static_cast<int>(parser.get().result_int());
    reply.body = std::move(parser.get().body());
    co_return reply;
}

Error as_error(const std::exception_ptr& failure, const char* step) {
    try {
        std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
        return Error{ErrorClass::later, step, error.code().message()};
    } catch (const std::exception& error) {
        return Error{ErrorClass::later, step, error.what()};
    }
}

}  // namespace

Result<LocalListener> LocalListener::open(
    const asio::any_io_executor& executor, const LocalSocketOptions& options
) {
    const std::string name = options.path + ".new";
    if (name.size() > kPathBytesMax) {
        return cannot(
            "socket_path", options.path,
            "is too long for a socket: " + std::to_string(kPathBytesMax - 4) + " bytes at most"
        );
    }
    for (const std::string& path : {options.path, name}) {
        if (auto room = make_room(path); !room) {
            return room.error();
        }
    }
    ::unlink(name.c_str());
    Acceptor acceptor(executor);
    if (auto ready = bind_and_listen(acceptor, options, name); !ready) {
        ::unlink(name.c_str());
        return ready.error();
    }
    return LocalListener(std::move(acceptor), options.path);
}

LocalListener::LocalListener(Acceptor acceptor, std::string path)
    : acceptor_(std::move(acceptor)), path_(std::move(path)) {
    struct stat found {};
    if (::lstat(path_.c_str(), &found) == 0) {
        device_ = found.st_dev;
        inode_ = found.st_ino;
    }
}

void LocalListener::close() {
    error_code ignored;
    acceptor_.close(ignored);
    struct stat found {};
    if (::lstat(path_.c_str(), &found) == 0 && found.st_dev == device_ && found.st_ino == inode_) {
        ::unlink(path_.c_str());
    }
}

std::optional<std::uint32_t> peer_user(Protocol::socket& socket) {
    ucred peer{};
    socklen_t size = sizeof(peer);
    const int failed = ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size);
    if (failed != 0) {
        return std::nullopt;
    }
    return peer.uid;
}

Result<LocalReply> exchange_local(
    const std::string& path, const std::string& target, const std::string& body, Duration timeout
) {
    if (path.size() > kPathBytesMax) {
        return Error{ErrorClass::misconfigured, "no_socket", "the path is too long for a socket"};
    }
    http::request<http::string_body> request(http::verb::post, target, 11);
    request.set(http::field::host, "localhost");
    request.set(http::field::content_type, "application/json");
    request.set(http::field::connection, "close");
    request.body() = body;
    request.prepare_payload();

    asio::io_context io(1);
    std::optional<Result<LocalReply>> outcome;
    const char* step = "no_socket";
    auto on_end = [&outcome, &step](const std::exception_ptr& failure, LocalReply reply) {
        if (failure) {
            outcome = as_error(failure, step);
        } else {
            outcome = std::move(reply);
        }
    };
    asio::co_spawn(io, exchange(path, std::move(request), step), std::move(on_end));
    io.run_for(timeout);
    if (!outcome) {
        return Error{ErrorClass::later, "no_reply", "no answer within " + format_duration(timeout)};
    }
    return *std::move(outcome);
}

}  // namespace alert_bridge::net
