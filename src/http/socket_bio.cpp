// SPDX-License-Identifier: MIT
#include "alert_bridge/http/socket_bio.hpp"

#include <openssl/bio.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <memory>

namespace alert_bridge::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

Wire& wire_of(BIO* bio) {
    return *static_cast<Wire*>(BIO_get_data(bio));
}

int bio_write(BIO* bio, const char* bytes, std::size_t size, std::size_t* written) {
    error_code error;
    BIO_clear_retry_flags(bio);
    *written = wire_of(bio).socket.write_some(asio::buffer(bytes, size), error);
    if (error == asio::error::would_block) {
        BIO_set_retry_write(bio);
    }
    return error ? -1 : 1;
}

int bio_read(BIO* bio, char* space, std::size_t size, std::size_t* got) {
    Wire& wire = wire_of(bio);
    error_code error = asio::error::would_block;
    BIO_clear_retry_flags(bio);
    if (wire.reads_left > 0) {
        --wire.reads_left;
        *got = wire.socket.read_some(asio::buffer(space, size), error);
    }
    if (error == asio::error::would_block) {
        BIO_set_retry_read(bio);
    }
    return error ? 0 : 1;
}

long bio_control(BIO*, int command, long, void*) {
    return command == BIO_CTRL_FLUSH ? 1 : 0;  // nothing is held back
}

struct FreeMethod {
    void operator()(BIO_METHOD* method) const noexcept { BIO_meth_free(method); }
};
using Method = std::unique_ptr<BIO_METHOD, FreeMethod>;

Method make_method() {
    Method method(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "asio socket"));
    if (!method) {
        return nullptr;
    }
    BIO_meth_set_write_ex(method.get(), bio_write);
    BIO_meth_set_read_ex(method.get(), bio_read);
    BIO_meth_set_ctrl(method.get(), bio_control);
    return method;
}

}  // namespace

BIO* make_socket_bio(Wire& wire) {
    static const Method method = make_method();
    BIO* const bio = method ? BIO_new(method.get()) : nullptr;
    if (bio != nullptr) {
        BIO_set_data(bio, &wire);
        BIO_set_init(bio, 1);
    }
    return bio;
}

}  // namespace alert_bridge::http
