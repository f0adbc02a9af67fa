-- wrk: validates a random one of COUNT licences with a nonce. Arguments: prefix, count.
local prefix, count
function init(args)
  prefix, count = args[1], tonumber(args[2])
  math.randomseed(os.time())
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
end
function request()
  local key = string.format("%s%08d", prefix, math.random(1, count))
  return wrk.format(nil, nil, nil, '{"meta":{"key":"' .. key .. '","nonce":' .. math.random(1, 2 ^ 30) .. "}}")
end
