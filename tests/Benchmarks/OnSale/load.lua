-- For wrk: sends the requests of a file, one after the other, and tells what came of them in one line.
--   wrk … URL -- FILE            each once; wrk ends early when there are no more
--   wrk … URL -- FILE again      from the start again when there are no more
--   wrk … URL -- FILE once LOG   and writes the body of each answer 201 to LOG, a line each; looks at each status
-- A line of FILE has method, path, access token, Idempotency-Key, one more header and body, apart by tabs; the last
-- four may be empty.
-- All is prepared before the clock starts, so that the load takes little of the machine that it shares.

local threads = {}

function setup(thread)
  threads[#threads + 1] = thread
end

local field = "([^\t]*)"
local fields = "^" .. field .. ("\t" .. field):rep(5) .. "$"

local function prepare(line)
  local method, path, token, key, header, body = line:match(fields)
  local parts = { method, " ", path, " HTTP/1.1\r\nHost: ", wrk.host, ":", wrk.port, "\r\n" }
  local function add(...)
    for _, part in ipairs({ ... }) do
      parts[#parts + 1] = part
    end
  end
  if token ~= "" then
    add("Authorization: Bearer ", token, "\r\n")
  end
  if key ~= "" then
    add("Idempotency-Key: ", key, "\r\n")
  end
  if header ~= "" then
    add(header, "\r\n")
  end
  if body ~= "" then
    add("Content-Type: application/json\r\nContent-Length: ", #body, "\r\n")
  end
  add("\r\n", body)
  return table.concat(parts)
end

function init(args)
  taken = 0
  strange = 0
  again = args[2] == "again"
  requests = {}
  for line in io.lines(args[1]) do
    requests[#requests + 1] = prepare(line)
  end
  if args[3] then
    local log = assert(io.open(args[3], "w"))
    response = function(status, _, body)
      if status == 201 then
        log:write(body, "\n")
      elseif status ~= 409 then
        strange = strange + 1
      end
    end
  end
  collectgarbage("collect")
  collectgarbage("stop")
end

function request()
  taken = taken + 1
  if taken > #requests then
    if again then
      return requests[(taken - 1) % #requests + 1]
    end
    wrk.thread:stop()
    return requests[#requests]
  end
  return requests[taken]
end

function done(summary, latency)
  local taken, strange = 0, 0
  for _, thread in ipairs(threads) do
    taken = taken + thread:get("taken")
    strange = strange + thread:get("strange")
  end
  local errors = summary.errors
  print(string.format(
    "result {\"answers\":%d,\"seconds\":%.6f,\"refusals\":%d,\"broken\":%d,\"strange\":%d,\"taken\":%d,"
      .. "\"p50Ms\":%.3f,\"p99Ms\":%.3f,\"maxMs\":%.3f}",
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write, strange, taken,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end
