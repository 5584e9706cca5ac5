// SPDX-License-Identifier: MIT
#include "alert_bridge/net/http_client.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/net/connection.hpp"

namespace alert_bridge::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds kResolveAgain{30};
constexpr std::chrono::seconds kPatienceWithOldAddresses{1};
constexpr std::size_t kMaxEndpoints = 8;

struct Waiter {
    explicit Waiter(const asio::any_io_executor& executor) : timer(executor) {}
    asio::steady_timer timer;
    bool granted = false;
};

Exchange not_sent(std::string code, std::string message) {
    Exchange out;
    out.code = std::move(code);
    out.message = std::move(message);
    return out;
}

// "localhost" is this machine whatever the resolver says (RFC 6761), also in a container or a
// chroot without /etc/hosts. Asked for no name, the resolver gives the loopback addresses.
std::string name_to_ask(const std::string& host) {
    return iequals_ascii(host, "localhost") ? std::string() : host;
}

class Pool final : public HttpClient, public std::enable_shared_from_this<Pool> {
  public:
    Pool(asio::any_io_executor executor, ClientOptions options, std::shared_ptr<TlsContext> tls)
        : executor_(std::move(executor)), options_(std::move(options)), tls_(std::move(tls)) {}

    asio::awaitable<Exchange> exchange(HttpRequest request) override;

    void close_idle() noexcept override {
        idle_.clear();
        ++generation_;
    }
    // A connection just given back is counted idle while its slot is already promised to a waiter.
    std::size_t open_connections() const noexcept override {
        return std::min(busy_ + idle_.size(), options_.connections);
    }

  private:
    // A slot of the pool; given back on every way out, cancellation included.
    class Lease {
      public:
        explicit Lease(std::shared_ptr<Pool> pool)
            : pool_(std::move(pool)), generation_(pool_->generation_) {}
        ~Lease() { pool_->give_back(std::move(connection), generation_); }
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        std::unique_ptr<Connection> connection;

      private:
        std::shared_ptr<Pool> pool_;
        std::uint64_t generation_;
    };

    // A place in the queue; a caller that is cancelled leaves it, and hands on what it was granted.
    class Place {
      public:
        Place(Pool& pool, SteadyTime deadline)
            : pool_(pool), waiter(std::make_shared<Waiter>(pool.executor_)) {
            waiter->timer.expires_at(deadline);
            pool_.waiting_.push_back(waiter);
        }
        ~Place() {
            if (!waiter->granted) {
                std::erase(pool_.waiting_, waiter);
            } else if (!taken) {
                pool_.give_back(nullptr, 0);
            }
        }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

      private:
        Pool& pool_;

      public:
        const std::shared_ptr<Waiter> waiter;
        bool taken = false;
    };

    // A question to the resolver, and who waits for its answer.
    struct Lookup {
        bool answered = false;
        error_code error;
        std::vector<std::shared_ptr<asio::steady_timer>> waiting;
    };

    asio::awaitable<bool> wait_for_slot(SteadyTime deadline);
    asio::awaitable<Exchange> connect(Lease& lease, SteadyTime deadline);
    asio::awaitable<bool> resolve(SteadyTime deadline);
    std::shared_ptr<Lookup> lookup_under_way();
    void keep(const tcp::resolver::results_type& found);
    void give_back(std::unique_ptr<Connection> connection, std::uint64_t generation) noexcept;
    std::unique_ptr<Connection> take_idle();

    asio::any_io_executor executor_;
    ClientOptions options_;
    std::shared_ptr<TlsContext> tls_;
    std::vector<std::unique_ptr<Connection>> idle_;  // most recently used last
    std::deque<std::shared_ptr<Waiter>> waiting_;
    std::size_t busy_ = 0;
    std::uint64_t generation_ = 0;
    Endpoints endpoints_;
    std::shared_ptr<Lookup> lookup_;
    SteadyTime resolved_at_{};
    std::string resolve_code_, resolve_error_;  // why there are no endpoints_
};

// A slot is passed from hand to hand: busy_ stays as it is when somebody waits.
void Pool::give_back(std::unique_ptr<Connection> connection, std::uint64_t generation) noexcept {
    if (connection && connection->is_open() && generation == generation_) {
        idle_.push_back(std::move(connection));
    }
    while (!waiting_.empty()) {
        const std::shared_ptr<Waiter> next = std::move(waiting_.front());
        waiting_.pop_front();
        if (!next->granted) {
            next->granted = true;
            next->timer.cancel();
            return;
        }
    }
    --busy_;
}

asio::awaitable<bool> Pool::wait_for_slot(SteadyTime deadline) {
    if (busy_ < options_.connections) {
        ++busy_;
        co_return true;
    }
    if (waiting_.size() >= kMaxWaiting) {
        co_return false;
    }
    Place place(*this, deadline);
    auto [error] = co_await place.waiter->timer.async_wait(kToken);
    static_cast<void>(error);  // deadline or grant: `granted` tells
    place.taken = place.waiter->granted;
    co_return place.taken;
}

std::unique_ptr<Connection> Pool::take_idle() {
    const auto oldest = std::chrono::steady_clock::now() - options_.idle_limit;
    while (!idle_.empty()) {
        std::unique_ptr<Connection> candidate = std::move(idle_.back());
        idle_.pop_back();
        if (candidate->last_use() >= oldest && !candidate->is_stale()) {
            return candidate;
        }
    }
    return nullptr;
}

void Pool::keep(const tcp::resolver::results_type& found) {
    Endpoints fresh;
    for (const auto& entry : found) {
        if (fresh.size() < kMaxEndpoints) {
            fresh.push_back(entry.endpoint());
        }
    }
    endpoints_ = std::move(fresh);
    resolved_at_ = std::chrono::steady_clock::now();
}

// One at a time: nothing can stop the resolver's thread, and what waits behind a question that
// hangs hangs, too. The answer is the pool's, also when everybody who waited for it has given up.
std::shared_ptr<Pool::Lookup> Pool::lookup_under_way() {
    if (lookup_ && !lookup_->answered) {
        return lookup_;
    }
    auto lookup = std::make_shared<Lookup>();
    const auto resolver = std::make_shared<tcp::resolver>(executor_);
    auto on_answer = [pool = weak_from_this(), lookup,
                      resolver](const error_code& error, tcp::resolver::results_type found) {
        lookup->answered = true;
        lookup->error = error;
        if (const auto alive = pool.lock(); alive && !error) {
            alive->keep(found);
        }
        for (const auto& waiting : lookup->waiting) {
            waiting->cancel();
        }
    };
    const std::string asked = name_to_ask(options_.url.host);
    const std::string port = std::to_string(options_.url.port);
    try {
        resolver->async_resolve(asked, port, std::move(on_answer));
    } catch (const boost::system::system_error& refused) {  // it got no thread
        lookup->answered = true;
        lookup->error = refused.code();
    }
    lookup_ = std::move(lookup);
    return lookup_;
}

asio::awaitable<bool> Pool::resolve(SteadyTime deadline) {
    const auto now = std::chrono::steady_clock::now();
    if (!endpoints_.empty() && now - resolved_at_ < kResolveAgain) {
        co_return true;
    }
    error_code not_numeric;
    const auto address = asio::ip::make_address(options_.url.host, not_numeric);
    if (!not_numeric) {
        endpoints_ = {tcp::endpoint(address, options_.url.port)};
        resolved_at_ = now;
        co_return true;
    }
    const std::shared_ptr<Lookup> lookup = lookup_under_way();
    if (!lookup->answered) {
        SteadyTime until = deadline;
        if (!endpoints_.empty()) {  // they need time, too
            until = std::min<SteadyTime>(now + kPatienceWithOldAddresses, now + (until - now) / 2);
        }
        const auto timer = std::make_shared<asio::steady_timer>(executor_, until);
        lookup->waiting.push_back(timer);
        auto [error] = co_await timer->async_wait(kToken);
        static_cast<void>(error);  // time or answer: `answered` tells
        std::erase(lookup->waiting, timer);
    }
    resolve_code_ = lookup->error == asio::error::host_not_found ? "no_such_host" : "resolve";
    resolve_error_ = "cannot resolve " + options_.url.host + ": " +
                     (lookup->answered ? lookup->error.message() : "no answer in time");
    co_return !endpoints_.empty();
}

asio::awaitable<Exchange> Pool::connect(Lease& lease, SteadyTime deadline) {
    lease.connection.reset();
    const auto connect_by =
        std::min<SteadyTime>(deadline, std::chrono::steady_clock::now() + options_.connect_timeout);
    const bool resolved = co_await resolve(connect_by);
    if (!resolved) {
        co_return not_sent(resolve_code_, resolve_error_);
    }
    const SteadyTime resolved_at = resolved_at_;
    auto fresh = std::make_unique<Connection>(executor_, options_.url, tls_);
    Exchange opened = co_await fresh->open(endpoints_, connect_by);
    if (opened.code.empty()) {
        lease.connection = std::move(fresh);
    } else if (resolved_at_ == resolved_at) {
        resolved_at_ = SteadyTime{};  // ask again: the server may have moved
    }
    co_return opened;
}

asio::awaitable<Exchange> Pool::exchange(HttpRequest request) {
    const auto self = shared_from_this();
    const auto asked_at = std::chrono::steady_clock::now();
    const bool hurried = request.at_most > Duration::zero();
    const auto wait_until = asked_at + (hurried ? request.at_most : options_.wait_timeout);
    const bool granted = co_await wait_for_slot(wait_until);
    if (!granted) {
        co_return not_sent("busy", "no connection became free in time");
    }
    const auto deadline = hurried ? asked_at + request.at_most
                                  : std::chrono::steady_clock::now() + options_.request_timeout;
    Lease lease(self);
    // Connections that died while idle say so at once; none of them costs the request its try.
    lease.connection = take_idle();
    if (lease.connection) {
        Exchange out = co_await lease.connection->exchange(request, deadline);
        const bool died = out.code == "closed" || out.code == "reset" || out.code == "write";
        const bool harmless = out.progress != Progress::sent || request.idempotent;
        if (out.answered || !died || !harmless) {
            co_return out;
        }
        idle_.clear();  // its brothers are of the same age
    }
    Exchange opened = co_await connect(lease, deadline);
    if (!opened.code.empty()) {
        co_return opened;
    }
    co_return co_await lease.connection->exchange(std::move(request), deadline);
}

}  // namespace

Result<std::shared_ptr<HttpClient>> HttpClient::create(
    asio::any_io_executor executor, ClientOptions options
) {
    std::shared_ptr<TlsContext> tls;
    if (options.url.tls) {
        auto created = TlsContext::create(options.ca_file, options.verify_server);
        if (!created) {
            return created.error();
        }
        tls = *created;
    }
    options.connections = std::max<std::size_t>(options.connections, 1);
    return std::shared_ptr<HttpClient>(
        std::make_shared<Pool>(std::move(executor), std::move(options), std::move(tls))
    );
}

}  // namespace alert_bridge::net
