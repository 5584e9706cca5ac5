// SPDX-License-Identifier: MIT
// libFuzzer's entry point. FUZZ_TARGET is the function of targets.hpp that this program runs.
#include <cstddef>
#include <cstdint>

#include "targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const void* const bytes = data;
    fuzz::FUZZ_TARGET({static_cast<const char*>(bytes), size});
    return 0;
}
