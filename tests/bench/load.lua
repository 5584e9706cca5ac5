-- SPDX-License-Identifier: MIT
--
-- wrk's script: sends the request in the file that is its argument, each time with another number in
-- the place of @NUMBER__@ (as many digits) and one of @HOSTS hosts in the place of @H@. Prints one
-- line of JSON when done: what was answered, and how fast.

local HOSTS, FIRST = 20, 1000000000
local variants, count = {}, 0

local function pieces(text)
    local list, from = {}, 1
    while true do
        local at, to = text:find("@NUMBER__@", from, true)
        list[#list + 1] = text:sub(from, at and at - 1)
        if not at then return list end
        from = to + 1
    end
end

function init(args)
    local file = assert(io.open(args[1], "rb"))
    local text = file:read("*a")
    file:close()
    for host = 1, HOSTS do
        variants[host] = pieces((text:gsub("@H@", string.format("%d", 100 + host))))
    end
end

function request()
    count = count + 1
    return table.concat(variants[count % HOSTS + 1], tostring(FIRST + count))
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '{"answers": %d, "seconds": %.6f, "refused": %d, "lost": %d, "p50_us": %d, "p99_us": %d}\n',
        summary.requests, summary.duration / 1e6, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50), latency:percentile(99)))
end
