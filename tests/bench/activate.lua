-- wrk: takes a seat on one licence after the other with a new machine. Arguments: count of licences, round.
local count, round, at
local threads = 0
function setup(thread)
  thread:set("part", threads)
  threads = threads + 1
end
function init(args)
  count, round = tonumber(args[1]), args[2]
  at = math.floor(count / 2) * part
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/vnd.api+json"
end
function request()
  at = at % count + 1
  wrk.headers["Authorization"] = string.format("License BENCH-%08d", at)
  return wrk.format(nil, nil, nil, string.format(
    '{"data":{"type":"machines","attributes":{"fingerprint":"bench-%s-%d-%d"},"relationships":{"license":' ..
    '{"data":{"type":"licenses","id":"01995c44-0000-7000-8000-%012x"}}}}}', round, part, at, at))
end
