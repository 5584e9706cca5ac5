// SPDX-License-Identifier: MIT
// The forms of an answer: JSON, `[code, message]`, an HTML page, PHP's silence.
#include "api.hpp"
#include "text.hpp"

namespace glpi_sim {

const char* const kNoPermission = "You don't have permission to perform this action.";

namespace {

void expose_headers(Response& response, const std::string& method) {
    if (method != "POST" && method != "PUT" && method != "PATCH" && method != "DELETE" &&
        method != "HEAD")
        response.headers.emplace_back(
            "Access-Control-Expose-Headers", "content-type, content-range, accept-range"
        );
}

Response json_response(int status, const std::string& method, const Json& body) {
    Response out;
    out.status = status;
    out.is_api = true;
    out.headers.emplace_back("Content-Type", "application/json; charset=UTF-8");
    expose_headers(out, method);
    out.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
    return out;
}

}  // namespace

Response json_answer(const Call& call, int status, const Json& body) {
    return json_response(status, call.method, body);
}

Response error_answer(const World& world, const std::string& method, const ApiError& error) {
    Json message = error.message;
    if (error.with_docs_link)
        message = error.message.get<std::string>() + "; view documentation in your browser at " +
                  world.api_base() + "#" + error.code;
    return json_response(error.status, method, Json::array({error.code, message}));
}

Response html_answer(int status, const std::string& title) {
    Response out;
    out.status = status;
    out.is_api = true;
    out.headers.emplace_back("Content-Type", "text/html; charset=UTF-8");
    if (!title.empty())
        out.body = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n   <title>" + escape_html(title) +
                   " - GLPI</title>\n</head>\n<body><h1>" + escape_html(title) +
                   "</h1><p>simulated GLPI, not GLPI</p></body>\n</html>\n";
    return out;
}

Response fatal_answer(const World& world) {
    return world.major == 10 ? html_answer(200, "") : html_answer(500, "Error");
}

void refuse(int status, const char* code, const Json& message, bool docs) {
    throw ApiError{status, code, message, docs};
}

void refuse_right(int status, const char* code) {
    refuse(status, code, kNoPermission);
}

}  // namespace glpi_sim
