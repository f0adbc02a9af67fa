-- wrk: tickets filed by a signed-in customer. Arguments: the cookie, the form token.
local token
local thread_count = 0
local count = 0

function setup(thread)
  thread_count = thread_count + 1
  thread:set("number", thread_count)
end

function init(args)
  wrk.headers["Cookie"] = args[1]
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
  token = args[2]
end

function request()
  count = count + 1
  return wrk.format("POST", nil, nil, string.format(
    "csrf=%s&request_key=bench-%d-%d-%d&topic=fault&impact=3&subject=Receipt+printer+stops&text=Since+this+morning.",
    token, number, count, os.time()))
end
