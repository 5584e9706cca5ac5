// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/transport.hpp"

#include <string_view>
#include <utility>

#include "alert_bridge/net/url.hpp"

namespace alert_bridge::glpi {

Result<Transport> make_transport(
    const boost::asio::any_io_executor& executor, const Options& options
) {
    Result<net::Url> url = net::parse_url(options.url);
    if (!url) {
        return url.error();
    }
    Transport out;
    out.api_path = url->path + "/apirest.php";
    for (const std::string_view known : {"/apirest.php", "/api.php/v1"}) {
        if (url->path.ends_with(known)) {
            out.api_path = url->path;
            url->path.resize(url->path.size() - known.size());
            break;
        }
    }
    out.base_url = url->text();
    net::ClientOptions http_options;
    http_options.url = std::move(*url);
    http_options.ca_file = options.ca_file;
    http_options.connections = options.connections;
    http_options.connect_timeout = options.connect_timeout;
    http_options.request_timeout = options.request_timeout;
    http_options.wait_timeout = options.request_timeout;
    Result<std::shared_ptr<net::HttpClient>> http =
        net::HttpClient::create(executor, std::move(http_options));
    if (!http) {
        return http.error();
    }
    out.http = std::move(*http);
    return out;
}

}  // namespace alert_bridge::glpi
