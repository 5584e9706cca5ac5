// SPDX-License-Identifier: MIT
//
// Requests that two readers could understand differently, each with its refusal. One table for the
// parser's tests and for those of a whole connection.
// Thread rule: pure.
#pragma once

#include <string>
#include <vector>

namespace alert_bridge::test {

struct AmbiguousRequest {
    std::string bytes;
    int status;
    std::string sentence;  // part of the answer's text
};

inline std::vector<AmbiguousRequest> ambiguous_requests() {
    const std::string post = "POST /v1/alerts/z HTTP/1.1\r\nHost: b\r\n";
    const std::string get = "GET /healthz HTTP/1.1\r\n";
    const std::string chunk = "\r\n2\r\n{}\r\n0\r\n\r\n";
    return {
        // transfer codings
        {post + "Transfer-Encoding: xchunked\r\n" + chunk, 400, "only transfer coding"},
        {post + "Transfer-Encoding: gzip, chunked\r\n" + chunk, 400, "only transfer coding"},
        {post + "Transfer-Encoding: chunked, identity\r\n" + chunk, 400, "only transfer coding"},
        {post + "Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}", 400,
         "transfer coding"},
        {post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n" + chunk, 400, ""},
        {post + "Transfer-Encoding:\r\nContent-Length: 2\r\n\r\n{}", 400, "transfer coding"},
        {"POST /v1/alerts/z HTTP/1.0\r\nHost: b\r\nTransfer-Encoding: chunked\r\n" + chunk, 400,
         "HTTP/1.0"},
        {post + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n" + chunk, 400, ""},
        {post + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n" + chunk, 400, ""},
        // lengths
        {post + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400, "one Content-Length"},
        {post + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400, ""},
        {post + "Content-Length: 2, 2\r\n\r\n{}", 400, ""},
        {post + "Content-Length: +2\r\n\r\n{}", 400, ""},
        {post + "Content-Length: -2\r\n\r\n{}", 400, ""},
        {post + "Content-Length: 0x2\r\n\r\n{}", 400, ""},
        {post + "Content-Length: 99999999999999999999999\r\n\r\n{}", 400, ""},
        {post + "Content-Length:\r\n\r\n{}", 400, ""},
        {post + "\r\n{}", 411, "length"},
        {"POST /v1/alerts/z HTTP/1.0\r\nHost: b\r\n\r\n{}", 411, "length"},
        // host
        {get + "\r\n", 400, "one Host"},
        {get + "Host: a\r\nHost: a\r\n\r\n", 400, "one Host"},
        {get + "Host: a\r\nHost: b\r\n\r\n", 400, "one Host"},
        {get + "Host: a, b\r\n\r\n", 400, "not a host"},
        {get + "Host: a/b\r\n\r\n", 400, "not a host"},
        {get + "Host:\r\n\r\n", 400, "not a host"},
        // lines
        {get + "Host: b\r\nX: a\r\n folded\r\n\r\n", 400, "folded"},
        {get + "Host: b\r\nX: a\r\n\tfolded\r\n\r\n", 400, "folded"},
        {get + " Host: b\r\n\r\n", 400, "folded"},
        {get + "Host : b\r\n\r\n", 400, "malformed"},
        {get + "Host: b\nX: y\r\n\r\n", 400, "without CR"},
        {get + "Host: b\rX: y\r\n\r\n", 400, "CR inside"},
        {get + "Host: b\r\nX: a" + std::string(1, '\0') + "b\r\n\r\n", 400, "NUL"},
        {get + "Host: b\r\n: empty\r\n\r\n", 400, "malformed"},
        {get + "Host: b\r\nno colon\r\n\r\n", 400, "malformed"},
        // start line
        {"GET http://evil/ HTTP/1.1\r\nHost: b\r\n\r\n", 400, "not a path"},
        {"GET * HTTP/1.1\r\nHost: b\r\n\r\n", 400, "not a path"},
        {"CONNECT b:80 HTTP/1.1\r\nHost: b\r\n\r\n", 400, "not a path"},
        {"GET /a#b HTTP/1.1\r\nHost: b\r\n\r\n", 400, "not a path"},
        {"GET /a b HTTP/1.1\r\nHost: b\r\n\r\n", 505, ""},
        {"GET /healthz HTTP/2.0\r\nHost: b\r\n\r\n", 505, "HTTP/1.1"},
        {"GET /healthz HTTP/1.2\r\nHost: b\r\n\r\n", 505, "HTTP/1.1"},
        {"GET /healthz\r\n\r\n", 400, "malformed"},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, ""},
        {"\x16\x03\x01\x02", 400, "not an HTTP request"},
        // the rest
        {post + "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", 415, "Content-Encoding"},
        {post + "Expect: 200-ok\r\nContent-Length: 2\r\n\r\n{}", 417, "100-continue"},
        {post + "Authorization: a\r\nAuthorization: b\r\nContent-Length: 2\r\n\r\n{}", 400,
         "more than once"},
        {post + "X-Bridge-Signature: a\r\nX-Bridge-Signature: b\r\nContent-Length: 2\r\n\r\n{}",
         400, "more than once"},
        {get + "Host: b\r\nContent-Length: 2\r\n\r\n{}", 400, "no body"},
        {get + "Host: b\r\nTransfer-Encoding: chunked\r\n" + chunk, 400, "no body"}};
}

}  // namespace alert_bridge::test
