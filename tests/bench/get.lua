-- wrk: a page as a signed-in browser asks for it. Argument: the cookie.
function init(args)
  if args[1] then
    wrk.headers["Cookie"] = args[1]
  end
end
