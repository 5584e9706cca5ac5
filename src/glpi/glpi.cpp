// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/glpi.hpp"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>

#include "alert_bridge/glpi/directory.hpp"
#include "alert_bridge/glpi/legacy_gateway.hpp"
#include "alert_bridge/glpi/planned_changes.hpp"
#include "alert_bridge/glpi/ticket_news.hpp"
#include "alert_bridge/glpi/transport.hpp"

namespace alert_bridge::glpi {
namespace {

namespace asio = boost::asio;

constexpr Duration kIdleCheck{60'000};

class ClientImpl final : public Client {
  public:
    ClientImpl(
        const asio::any_io_executor& executor, Options options, Transport transport,
        ports::Store& store, Seams seams
    )
        : executor_(executor),
          options_(std::move(options)),
          seams_(seams),
          pool_(executor, options_, std::move(transport.http), transport.api_path, seams),
          gateway_(pool_, options_, transport.base_url, seams),
          news_(pool_),
          changes_(pool_, options_, seams),
          directory_(executor, pool_, store, options_, seams) {}

    // The watcher's frame refers to this object; cancelling makes it leave before its next step.
    ~ClientImpl() override { *alive_ = false; }

    ports::ServiceDesk& desk() noexcept override { return gateway_; }
    ports::AssetDirectory& directory() noexcept override { return directory_; }
    ports::TicketNews& news() noexcept override { return news_; }
    ports::PlannedChanges& changes() noexcept override { return changes_; }
    std::int64_t own_user_id() const noexcept override { return pool_.server().user_id; }
    const GlpiHealth& health() const noexcept override { return pool_.health(); }
    SessionFacts session() const override { return pool_.session_facts(); }

    void use_tokens(Secret app_token, Secret user_token) override {
        pool_.use_tokens(std::move(app_token), std::move(user_token));
    }

    void rehearse(Rehearsal rehearsal) override { pool_.rehearse(std::move(rehearsal)); }

    asio::awaitable<void> start() override {
        const Result<Server> first = co_await pool_.connected();
        static_cast<void>(first);  // logged, and told by health()
        // The signal must live as long as the coroutine that is bound to it.
        auto ended = [signal = watch_](const std::exception_ptr&) {};
        asio::co_spawn(
            executor_, watch(*this, alive_),
            asio::bind_cancellation_slot(watch_->slot(), std::move(ended))
        );
    }

    asio::awaitable<bool> check() override {
        const Result<Server> server = co_await pool_.connected();
        co_return server.has_value();
    }

    asio::awaitable<void> shut_down() override {
        watch_->emit(asio::cancellation_type::terminal);
        co_await pool_.shut_down();
    }

  private:
    static asio::awaitable<void> watch(ClientImpl& self, std::shared_ptr<const bool> alive) {
        while (*alive) {
            co_await self.seams_.clock.sleep(kIdleCheck);
            if (*alive) {
                co_await self.pool_.kill_when_idle();
            }
        }
    }

    asio::any_io_executor executor_;
    Options options_;
    Seams seams_;
    SessionPool pool_;
    LegacyGateway gateway_;
    LegacyNews news_;
    LegacyChanges changes_;
    Directory directory_;
    std::shared_ptr<asio::cancellation_signal> watch_ =
        std::make_shared<asio::cancellation_signal>();
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

Result<std::unique_ptr<Client>> make_client(
    asio::any_io_executor executor, Options options, ports::Store& store, ports::Clock& clock,
    IdSource& ids, ports::Events& events, ports::Metrics& metrics
) {
    for (const std::string& item_type : options.item_types) {
        if (!domain::is_item_type(item_type)) {
            return Error{
                ErrorClass::misconfigured, "item_type", "'" + item_type + "' is no GLPI item type"};
        }
    }
    Result<Transport> transport = make_transport(executor, options);
    if (!transport) {
        return transport.error();
    }
    const Seams seams{clock, ids, events, metrics};
    return std::unique_ptr<Client>(std::make_unique<ClientImpl>(
        executor, std::move(options), std::move(*transport), store, seams
    ));
}

}  // namespace alert_bridge::glpi
