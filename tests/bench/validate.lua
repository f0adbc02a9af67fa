-- wrk: validates one of COUNT licences with a nonce. Arguments: prefix, count, and "fill" to go through all of
-- them in turn (two threads, half each), so that the cache holds every one before anything is measured.
local prefix, count, at, last
local threads = 0
function setup(thread)
  thread:set("part", threads)
  threads = threads + 1
end
function init(args)
  prefix, count = args[1], tonumber(args[2])
  if args[3] == "fill" then
    at = math.floor(count / 2) * part
    last = at + math.ceil(count / 2)
  end
  math.randomseed(os.time() + part)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
end
local function next_number()
  if not at then
    return math.random(1, count)
  end
  at = at < last and at + 1 or last
  return math.min(at, count)
end
function request()
  local key = string.format("%s%08d", prefix, next_number())
  return wrk.format(nil, nil, nil, '{"meta":{"key":"' .. key .. '","nonce":' .. math.random(1, 2 ^ 30) .. "}}")
end
