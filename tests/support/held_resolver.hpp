// SPDX-License-Identifier: MIT
//
// A resolver that hangs on order: this program's getaddrinfo holds kHeldName back while a Holding
// lives (then it is 127.0.0.1), and knows that kGoneName does not exist. Counts the questions.
// Include it in one source file of a test program only: it defines getaddrinfo.
// Thread rule: any thread may ask. Tests: none, it is for them.
#pragma once

#include <dlfcn.h>
#include <netdb.h>

#include <condition_variable>
#include <mutex>
#include <string_view>

namespace alert_bridge::test {

inline constexpr std::string_view kHeldName = "held.invalid";
inline constexpr std::string_view kGoneName = "gone.invalid";

struct HeldResolver {
    std::mutex mutex;
    std::condition_variable changed;
    bool holds = false;
    int asked = 0;  // for kHeldName

    void hold(bool on) {
        const std::lock_guard lock(mutex);
        holds = on;
        changed.notify_all();
    }
    void wait_until_asked(int times) {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return asked >= times; });
    }
};

inline HeldResolver& held_resolver() {
    static HeldResolver one;
    return one;
}

// Lets the resolver's thread go before a context waits for it.
struct Holding {
    Holding() { held_resolver().hold(true); }
    ~Holding() { held_resolver().hold(false); }
    Holding(const Holding&) = delete;
    Holding& operator=(const Holding&) = delete;
};

}  // namespace alert_bridge::test

extern "C" int getaddrinfo(
    const char* name, const char* service, const addrinfo* hints, addrinfo** found
) {
    using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
    static const auto real = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    if (name != nullptr && name == alert_bridge::test::kGoneName) {
        return EAI_NONAME;
    }
    if (name == nullptr || name != alert_bridge::test::kHeldName) {
        return real(name, service, hints, found);
    }
    auto& held = alert_bridge::test::held_resolver();
    std::unique_lock lock(held.mutex);
    ++held.asked;
    held.changed.notify_all();
    held.changed.wait(lock, [&held] { return !held.holds; });
    lock.unlock();
    return real("127.0.0.1", service, hints, found);
}
