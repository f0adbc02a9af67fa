-- Tells the agent when the program that a ticket is about is older than the latest one. The latest
-- versions are a list that staff edit: tenant.list("latest_version"), product to version.

-- "2.10.1" is newer than "2.9": number by number, not letter by letter.
local function is_older(a, b)
  local next_a, next_b = a:gmatch("%d+"), b:gmatch("%d+")
  while true do
    local x, y = next_a(), next_b()
    if not x and not y then
      return false
    end
    local n, m = tonumber(x or 0), tonumber(y or 0)
    if n ~= m then
      return n < m
    end
  end
end

return {
  id = "old_version_hint",
  title = { en = "Hint at an old version", zh = "旧版本提示" },
  api = 1,
  on = { "ticket.created" },
  phase = "after",
  priority = 300,
  grants = { "ticket.write", "note" },

  run = function(ev, new)
    local version = new.product_version or ""
    if version == "" or not new.product then
      return {}
    end
    local latest = tenant.list("latest_version")[new.product.name]
    if not latest or not is_older(version, latest) then
      return {}
    end
    return {
      tag { "old-version" },
      note { text = new.product.name .. " " .. version .. " is in use; " .. latest .. " is the latest." },
    }
  end,

  tests = {
    {
      name = "an old version",
      new = { product_version = "2.9.4", product = { name = "Till" } },
      lookups = { ["tenant.list"] = { latest_version = { Till = "2.10" } } },
      effects = { tag { "old-version" }, note { text = "Till 2.9.4 is in use; 2.10 is the latest." } },
    },
    {
      name = "the latest version",
      new = { product_version = "2.10", product = { name = "Till" } },
      lookups = { ["tenant.list"] = { latest_version = { Till = "2.10.0" } } },
      effects = {},
    },
    {
      name = "an unknown product",
      new = { product_version = "1.0", product = { name = "Scale" } },
      lookups = { ["tenant.list"] = { latest_version = {} } },
      effects = {},
    },
    { name = "no version", new = { product_version = "" }, effects = {} },
  },
}
