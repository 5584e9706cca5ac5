// SPDX-License-Identifier: MIT
// Asio, Beast and Boost.JSON compiled once for the whole program. Every other unit sees
// declarations only, which halves its compile time (BOOST_ASIO_SEPARATE_COMPILATION,
// BOOST_BEAST_SEPARATE_COMPILATION).
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
#include <boost/json/src.hpp>
