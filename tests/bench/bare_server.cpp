// SPDX-License-Identifier: MIT
//
// The ceiling for intake: a bare Beast server that reads a whole request and answers 202, nothing
// else. One thread, a coroutine and a deadline per connection, at most 1 MiB of body: what any
// server on this library has to do. Asio and Beast are compiled into it, without hardening.
//
// With a STORE it is the yardstick: the least that is durable. Parse the JSON, hand the body to a
// writer thread that puts all that waits into one SQLite transaction, answer after the commit. No
// credentials, no index, no decision. With `alone` there is no such thread: it stores each body
// where it answers, and everybody else waits for the sync. No daemon should; it is what one sender
// could have if no time went into waking threads.
//
// usage: bare_server PORT [STORE [alone]]
#include <sqlite3.h>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds kDeadline{30};
constexpr std::uint64_t kBodyBytesMax = 1024 * 1024;
// As long as the daemon's answer.
constexpr const char* kAnswer =
    "{\"alerts\":[{\"id\":\"01KAZ0000000000000000000000\",\"status\":\"accepted\"}]}\n";

void must(int code, const char* what) {
    if (code != SQLITE_OK && code != SQLITE_DONE) {
        std::fprintf(stderr, "bare_server: %s: %s\n", what, sqlite3_errstr(code));
        std::exit(1);
    }
}

// Ends with the process.
class Journal {
  public:
    Journal(asio::io_context& context, const char* path, bool alone)
        : is_alone(alone), context_(context) {
        must(sqlite3_open(path, &db_), path);
        run("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "CREATE TABLE journal (seq INTEGER PRIMARY KEY, body BLOB NOT NULL)");
        must(
            sqlite3_prepare_v2(
                db_, "INSERT INTO journal (body) VALUES (?1)", -1, &insert_, nullptr
            ),
            "insert"
        );
        if (!is_alone) {
            std::thread([this] { write_all(); }).detach();
        }
    }

    const bool is_alone;

    void append_alone(const std::string& body) {
        run("BEGIN IMMEDIATE");
        insert(body);
        run("COMMIT");
    }

    // Completes after the commit.
    asio::awaitable<void> append(std::string body) {
        auto start = [this](auto handler, std::string text) {
            {
                const std::lock_guard lock(mutex_);
                waiting_.push_back({std::move(text), std::move(handler)});
            }
            wake_.notify_one();
        };
        return asio::async_initiate<const asio::use_awaitable_t<>, void()>(
            std::move(start), asio::use_awaitable, std::move(body)
        );
    }

  private:
    struct Waiting {
        std::string body;
        asio::any_completion_handler<void()> done;
    };

    void run(const char* sql) { must(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr), sql); }

    void insert(const std::string& body) {
        const auto size = static_cast<int>(body.size());
        must(sqlite3_bind_blob(insert_, 1, body.data(), size, SQLITE_STATIC), "bind");
        must(sqlite3_step(insert_), "step");
        must(sqlite3_reset(insert_), "reset");
    }

    void write_all() {
        for (;;) {
            std::vector<Waiting> batch;
            {
                std::unique_lock lock(mutex_);
                wake_.wait(lock, [this] { return !waiting_.empty(); });
                batch.swap(waiting_);
            }
            run("BEGIN IMMEDIATE");
            for (const Waiting& one : batch) {
                insert(one.body);
            }
            run("COMMIT");
            asio::post(context_, [batch = std::move(batch)]() mutable {
                for (Waiting& one : batch) {
                    std::move(one.done)();
                }
            });
        }
    }

    asio::io_context& context_;
    sqlite3* db_ = nullptr;
    sqlite3_stmt* insert_ = nullptr;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<Waiting> waiting_;
};

asio::awaitable<void> serve(tcp::socket socket, Journal* journal) {
    beast::tcp_stream stream(std::move(socket));
    beast::flat_buffer buffer;
    bool goes_on = true;
    while (goes_on) {
        http::request_parser<http::string_body> parser;
        parser.body_limit(kBodyBytesMax);
        stream.expires_after(kDeadline);
        const auto [read_error, read] = co_await http::async_read(stream, buffer, parser, kTuple);
        if (read_error) {
            co_return;
        }
        http::status status = http::status::accepted;
        if (journal != nullptr) {
            std::string body = std::move(parser.get().body());
            if (!nlohmann::json::parse(body, nullptr, false).is_object()) {
                status = http::status::bad_request;
            } else if (journal->is_alone) {
                journal->append_alone(body);
            } else {
                co_await journal->append(std::move(body));
            }
        }
        http::response<http::string_body> response(status, 11);
        response.set(http::field::content_type, "application/json");
        response.keep_alive(parser.get().keep_alive());
        response.body() = kAnswer;
        response.prepare_payload();
        const auto [error, written] = co_await http::async_write(stream, response, kTuple);
        goes_on = !error && response.keep_alive();
    }
    boost::system::error_code ignored;
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
}

asio::awaitable<void> accept_all(tcp::acceptor& acceptor, Journal* journal) {
    for (;;) {
        auto [error, socket] = co_await acceptor.async_accept(kTuple);
        if (!error) {
            socket.set_option(tcp::no_delay(true), error);
            auto session = serve(std::move(socket), journal);
            asio::co_spawn(acceptor.get_executor(), std::move(session), asio::detached);
        }
    }
}

}  // namespace

int main(int count, char** arguments) {
    const bool is_alone = count == 4 && std::string(arguments[3]) == "alone";
    if (count != 2 && count != 3 && !is_alone) {
        std::fputs("usage: bare_server PORT [STORE [alone]]\n", stderr);
        return 2;
    }
    asio::io_context context(1);
    const auto port = static_cast<unsigned short>(std::atoi(arguments[1]));
    tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), port));
    std::unique_ptr<Journal> journal;
    if (count > 2) {
        journal = std::make_unique<Journal>(context, arguments[2], is_alone);
    }
    asio::co_spawn(context, accept_all(acceptor, journal.get()), asio::detached);
    context.run();
}
