// SPDX-License-Identifier: MIT
//
// What the matchers in coroutine-matchers.txt must find (a line marked with its name) and what they
// must leave alone (all other lines). Read by coroutines.sh only, never compiled into anything.
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <vector>

using boost::asio::awaitable;

using Names = std::vector<std::string>;

struct Options {
    std::string name;
    int retries = 0;
};

awaitable<std::string> text(std::string value);
awaitable<int> number(int value);
awaitable<int> with_options(Options options);
awaitable<int> with_names(Names names);
awaitable<int> with_callback(std::function<int()> callback);

awaitable<int> found_lambda(std::string name) {
    co_return co_await with_callback([name] { return 1; });  // finds LAMBDA_IN_CO_AWAIT
}

awaitable<std::string> found_conditional(bool first) {
    std::string chosen;
    chosen = first ? co_await text("a") : std::string("b");  // finds TERNARY_IN_CO_AWAIT
    co_return chosen;
}

awaitable<int> found_initializer_list() {
    co_return co_await with_names(
        Names({"a", "b"})  // finds AGGREGATE_IN_CO_AWAIT INITLIST_IN_CO_AWAIT
    );
}

awaitable<int> found_aggregate() {
    co_return co_await with_options(Options{"a", 1});  // finds AGGREGATE_IN_CO_AWAIT
}

awaitable<int> left_alone(std::string name, bool first) {
    const auto callback = [name] { return 1; };
    Options options{name, 2};
    const std::vector<std::string> names = {"a", "b"};
    int sum = co_await with_callback(callback);
    sum += co_await with_options(std::move(options));
    sum += co_await with_names(names);
    sum += first ? co_await number(1) : 2;
    const std::string answer = co_await text(name + "!");
    if (first && co_await number(1) == 1) {
        sum += static_cast<int>(answer.size());
    }
    co_return sum;
}
