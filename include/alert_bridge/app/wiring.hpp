// SPDX-License-Identifier: MIT
//
// Wiring: the configuration, copied part by part into the options of each adapter.
//
// The only place that knows both the configuration's model and the adapters. No state.
// Thread rule: pure functions (decoders and rules are compiled here, which can fail).
// Tests: tests/system/system_test.py
#pragma once

#include <memory>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/config/model.hpp"
#include "alert_bridge/core/intake.hpp"
#include "alert_bridge/core/policies.hpp"
#include "alert_bridge/glpi/options.hpp"
#include "alert_bridge/http/auth.hpp"
#include "alert_bridge/http/endpoints.hpp"
#include "alert_bridge/http/listener.hpp"
#include "alert_bridge/observe/logging.hpp"
#include "alert_bridge/storage/sqlite_store.hpp"

namespace alert_bridge::app {

[[nodiscard]] http::Options listener_options(const config::Config& config);
// Of the status page; unused without admin.page.
[[nodiscard]] http::Options page_listener_options(const config::Config& config);
[[nodiscard]] std::vector<Secret> page_tokens(const config::Config& config);
[[nodiscard]] http::EndpointOptions endpoint_options(const config::Config& config);
[[nodiscard]] http::CredentialTablePtr credentials(const config::Config& config, IdSource& ids);
[[nodiscard]] glpi::Options glpi_options(const config::Config& config);
[[nodiscard]] storage::SqliteOptions store_options(const config::Config& config);
[[nodiscard]] observe::LogOptions log_options(const config::Config& config);
[[nodiscard]] core::IntakeLimits intake_limits(const config::Config& config);

// Errors: class misconfigured. The loader has checked all of it already, so that these only fail
// when the loader and the compilers disagree, which is told and not hidden.
[[nodiscard]] Result<core::Intake::Decoders> decoders(const config::Config& config);
[[nodiscard]] Result<std::shared_ptr<const core::Policies>> policies(const config::Config& config);
[[nodiscard]] http::TlsOptions tls_options(const config::TlsConfig& tls);
// Null without listen.tls.
[[nodiscard]] Result<http::TlsContextPtr> tls_context(const config::Config& config);

}  // namespace alert_bridge::app
