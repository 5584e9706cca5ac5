// SPDX-License-Identifier: MIT
// HttpClient while the resolver hangs: this program's getaddrinfo holds one name back.
#include <dlfcn.h>
#include <netdb.h>

#include <condition_variable>
#include <mutex>
#include <string_view>

#include "client_bench.hpp"

namespace {

constexpr std::string_view kHeldName = "held.invalid";

struct Held {
    std::mutex mutex;
    std::condition_variable changed;
    bool holds = false;

    void let_go() {
        const std::lock_guard lock(mutex);
        holds = false;
        changed.notify_all();
    }
};

Held& held() {
    static Held one;
    return one;
}

// Lets the resolver's thread go before the context waits for it.
struct Holding {
    Holding() {
        const std::lock_guard lock(held().mutex);
        held().holds = true;
    }
    ~Holding() { held().let_go(); }
    Holding(const Holding&) = delete;
    Holding& operator=(const Holding&) = delete;
};

}  // namespace

extern "C" int getaddrinfo(
    const char* name, const char* service, const addrinfo* hints, addrinfo** found
) {
    using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
    static const auto real = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    if (name == nullptr || name != kHeldName) {
        return real(name, service, hints, found);
    }
    std::unique_lock lock(held().mutex);
    held().changed.wait(lock, [] { return !held().holds; });
    lock.unlock();
    return real("127.0.0.1", service, hints, found);
}

namespace alert_bridge::net_test {

using test::ScriptedServer;
using test::SeenRequest;

TEST_CASE("a resolver that hangs does not keep a request past its time") {
    test::asio::io_context io;
    ScriptedServer server(io, [](const SeenRequest&) { return test::answer(200, "{}"); });
    net::ClientOptions options = options_for(server.url());
    options.url.host = kHeldName;
    auto client = client_for(io, options);
    {
        const Holding holding;
        for (int i = 0; i < 3; ++i) {
            net::HttpRequest request = post();
            request.at_most = Duration(20);
            const net::Exchange got = test::run(io, client->exchange(std::move(request)));
            CHECK_FALSE(got.answered);
            CHECK(got.progress == net::Progress::not_sent);
            CHECK(got.code == "resolve");
            CHECK(got.message == "cannot resolve held.invalid: no answer in time");
        }
    }
    const net::Exchange got = test::run(io, client->exchange(post()));
    CHECK(got.answered);
    CHECK(server.seen.size() == 1);
}

}  // namespace alert_bridge::net_test
