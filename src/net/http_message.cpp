// SPDX-License-Identifier: MIT
#include "alert_bridge/net/http_message.hpp"

#include "alert_bridge/base/text.hpp"

namespace alert_bridge::net {
namespace {

bool is_token_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

}  // namespace

std::string_view to_string(Method method) noexcept {
    switch (method) {
        case Method::get:
            return "GET";
        case Method::post:
            return "POST";
        case Method::put:
            return "PUT";
        case Method::delete_:
            return "DELETE";
    }
    return "GET";
}

std::string_view HttpResponse::header(std::string_view name) const noexcept {
    for (const Header& entry : headers) {
        if (iequals_ascii(entry.name, name)) {
            return entry.value;
        }
    }
    return {};
}

std::string mistake_in(const HttpRequest& request) {
    if (request.target.empty() || request.target.front() != '/') {
        return "the target must begin with a slash";
    }
    for (const char c : request.target) {
        if (is_control(c) || c == ' ') {
            return "the target holds a blank or control character";
        }
    }
    for (const Header& header : request.headers) {
        if (header.name.empty()) {
            return "a header has no name";
        }
        for (const char c : header.name) {
            if (!is_token_character(c)) {
                return "a header name holds a forbidden character";
            }
        }
        for (const char c : header.value) {
            if (is_control(c)) {
                return "header " + header.name + " holds a control character";
            }
        }
    }
    if (request.method == Method::get && !request.body.empty()) {
        return "a GET must not have a body";
    }
    return {};
}

std::string request_head(const HttpRequest& request, std::string_view authority) {
    std::string head;
    head.reserve(512);
    head += to_string(request.method);
    head += ' ';
    head += request.target;
    head += " HTTP/1.1\r\nHost: ";
    head += authority;
    head += "\r\n";
    for (const Header& header : request.headers) {
        head += header.name;
        head += ": ";
        head += header.value;
        head += "\r\n";
    }
    if (request.method != Method::get) {
        head += "Content-Length: ";
        head += std::to_string(request.body.size());
        head += "\r\n";
    }
    head += "\r\n";
    return head;
}

}  // namespace alert_bridge::net
