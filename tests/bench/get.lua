-- wrk: a page as a signed-in browser asks for it. Argument: the cookie.
function init(args)
  if args[1] then
    wrk.headers["Cookie"] = args[1]
  end
end

-- Milliseconds that 95 of 100 answers took at the most.
function done(summary, latency)
  io.write(string.format("p95 %.1f\n", latency:percentile(95) / 1000))
end
