// SPDX-License-Identifier: MIT
#include "alert_bridge/net/local_socket.hpp"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "catch.hpp"

using namespace alert_bridge;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::local::stream_protocol;

namespace {

struct Folder {
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "local-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    [[nodiscard]] net::LocalSocketOptions options(unsigned mode = 0660) const {
        return {(path / "s.sock").string(), mode};
    }
    std::filesystem::path path;
};

unsigned mode_of(const std::string& path) {
    struct stat found {};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    return found.st_mode & 0777U;
}

// Answers one connection with these bytes, or with nothing for as long as it lives. Whoever gives
// up before it is accepted, or has asked, leaves nothing behind.
class OneAnswer {
  public:
    OneAnswer(net::LocalListener::Acceptor& acceptor, std::string bytes)
        : thread_([&acceptor, bytes = std::move(bytes), this] {
              stream_protocol::socket socket(acceptor.get_executor());
              boost::system::error_code gone;
              acceptor.accept(socket, gone);
              asio::read_until(socket, asio::dynamic_buffer(asked), "}", gone);
              if (gone) {
                  return;
              }
              user = net::peer_user(socket);
              if (!bytes.empty()) {
                  asio::write(socket, asio::buffer(bytes));
                  return;
              }
              char byte = 0;
              boost::system::error_code until_closed;
              (void)socket.read_some(asio::buffer(&byte, 1), until_closed);
          }) {}
    ~OneAnswer() { join(); }
    void join() {
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    std::string asked;
    std::optional<std::uint32_t> user;

  private:
    std::thread thread_;
};

}  // namespace

TEST_CASE("the socket has its mode, is there once, and nothing is left beside it") {
    Folder folder;
    asio::io_context io;
    for (const unsigned mode : {0660U, 0600U}) {
        auto acceptor = net::LocalListener::open(io.get_executor(), folder.options(mode));
        REQUIRE(acceptor.has_value());
        CHECK(mode_of(folder.options().path) == mode);
        CHECK_FALSE(std::filesystem::exists(folder.options().path + ".new"));
    }
}

TEST_CASE("a socket that nobody listens on is replaced, a live one is not") {
    Folder folder;
    asio::io_context io;
    auto first = net::LocalListener::open(io.get_executor(), folder.options());
    REQUIRE(first.has_value());
    const auto second = net::LocalListener::open(io.get_executor(), folder.options());
    REQUIRE(second.has_error());
    CHECK(second.error().code == "socket_in_use");
    first->acceptor().close();  // as after a crash: the file is still there
    REQUIRE(std::filesystem::exists(folder.options().path));
    auto third = net::LocalListener::open(io.get_executor(), folder.options());
    REQUIRE(third.has_value());
    first->close();  // another's now
    CHECK(std::filesystem::exists(folder.options().path));
    third->close();
    CHECK_FALSE(std::filesystem::exists(folder.options().path));
}

TEST_CASE("what is no socket is left alone") {
    Folder folder;
    asio::io_context io;
    for (const char* beside : {"", ".new"}) {
        const std::string path = folder.options().path + beside;
        std::ofstream(path) << "precious";
        const auto refused = net::LocalListener::open(io.get_executor(), folder.options());
        REQUIRE(refused.has_error());
        CHECK(refused.error().code == "socket_path");
        CHECK(std::filesystem::file_size(path) == 8);
        std::filesystem::remove(path);
    }
}

TEST_CASE("mistakes are told with the path") {
    Folder folder;
    asio::io_context io;
    auto options = folder.options();
    options.path = (folder.path / "missing" / "s.sock").string();
    CHECK(net::LocalListener::open(io.get_executor(), options).has_error());

    options.path = "/tmp/" + std::string(100, 'x');
    const auto too_long = net::LocalListener::open(io.get_executor(), options);
    REQUIRE(too_long.has_error());
    CHECK(too_long.error().message.find("too long") != std::string::npos);
}

TEST_CASE("one exchange: a request with its body, the answer, and who asked") {
    Folder folder;
    asio::io_context io;
    auto acceptor = net::LocalListener::open(io.get_executor(), folder.options());
    REQUIRE(acceptor.has_value());
    OneAnswer server(
        acceptor->acceptor(),
        "HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"
    );
    const auto reply =
        net::exchange_local(folder.options().path, "/dead/retry", R"({"id": 7})", 60s);
    server.join();
    REQUIRE(reply.has_value());
    CHECK(reply->status == 409);
    CHECK(reply->body == "no");
    CHECK(server.asked.starts_with("POST /dead/retry HTTP/1.1\r\n"));
    CHECK(server.asked.ends_with(R"({"id": 7})"));
    CHECK(server.user == ::getuid());
}

TEST_CASE("an exchange ends when nobody listens, answers nonsense or nothing") {
    Folder folder;
    const std::string path = folder.options().path;
    const auto nobody = net::exchange_local(path, "/x", "{}", 60s);
    REQUIRE(nobody.has_error());
    CHECK(nobody.error().code == "no_socket");
    asio::io_context io;
    auto acceptor = net::LocalListener::open(io.get_executor(), folder.options());
    REQUIRE(acceptor.has_value());
    {
        OneAnswer server(acceptor->acceptor(), "nonsense\r\n\r\n");
        const auto reply = net::exchange_local(path, "/x", "{}", 60s);
        REQUIRE(reply.has_error());
        CHECK(reply.error().code == "no_reply");
    }
    {
        OneAnswer server(acceptor->acceptor(), "");
        const auto reply = net::exchange_local(path, "/x", "{}", 50ms);
        REQUIRE(reply.has_error());
        CHECK(reply.error().message == "no answer within 50ms");
        // If it had no time to connect, somebody has to.
        stream_protocol::socket somebody(io);
        somebody.connect(stream_protocol::endpoint(path));
    }
}
