// SPDX-License-Identifier: MIT
//
// SingleFlight: the same question asked by several coroutines at once goes out once.
//
// The first asker becomes the leader (lead() gives it a Landing) and must land a result; the others
// wait() and get a copy. A leader that dies without landing (cancelled) lands an error of class
// `later` for them.
// Thread rule: the I/O thread. Tests: tests/unit/glpi/lookup_cache_test.cpp
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "alert_bridge/base/error.hpp"

namespace alert_bridge::glpi {

template <class T>
class SingleFlight {
  public:
    struct Flight {
        explicit Flight(const boost::asio::any_io_executor& executor)
            : landed(executor, boost::asio::steady_timer::time_point::max()) {}
        boost::asio::steady_timer landed;
        std::optional<Result<T>> result;
    };
    using Flights = std::map<std::string, std::shared_ptr<Flight>>;

    class Landing {
      public:
        Landing(std::shared_ptr<Flights> flights, std::string key, std::shared_ptr<Flight> flight)
            : flights_(std::move(flights)), key_(std::move(key)), flight_(std::move(flight)) {}
        ~Landing() {
            if (!flight_->result) {
                flight_->result.emplace(Error{
                    ErrorClass::later, "cancelled", "the call was given up"});
            }
            flights_->erase(key_);
            flight_->landed.cancel();
        }
        Landing(const Landing&) = delete;
        Landing& operator=(const Landing&) = delete;
        void land(const Result<T>& result) { flight_->result.emplace(result); }

      private:
        std::shared_ptr<Flights> flights_;
        std::string key_;
        std::shared_ptr<Flight> flight_;
    };

    explicit SingleFlight(boost::asio::any_io_executor executor)
        : executor_(std::move(executor)), flights_(std::make_shared<Flights>()) {}

    // The flight under way, or null: then the caller leads.
    [[nodiscard]] std::shared_ptr<Flight> under_way(const std::string& key) const {
        const auto found = flights_->find(key);
        return found == flights_->end() ? nullptr : found->second;
    }

    [[nodiscard]] std::unique_ptr<Landing> lead(const std::string& key) {
        auto flight = std::make_shared<Flight>(executor_);
        flights_->emplace(key, flight);
        return std::make_unique<Landing>(flights_, key, std::move(flight));
    }

    [[nodiscard]] static boost::asio::awaitable<Result<T>> wait(std::shared_ptr<Flight> flight) {
        constexpr auto kToken = boost::asio::as_tuple(boost::asio::use_awaitable);
        auto [ended] = co_await flight->landed.async_wait(kToken);
        static_cast<void>(ended);
        if (!flight->result) {  // the waiter itself was cancelled
            co_return Error{ErrorClass::later, "cancelled", "the call was given up"};
        }
        co_return *flight->result;
    }

  private:
    boost::asio::any_io_executor executor_;
    std::shared_ptr<Flights> flights_;
};

}  // namespace alert_bridge::glpi
