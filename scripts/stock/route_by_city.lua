-- Sends a new ticket to the team that looks after its city, and raises the level where nobody can
-- work. The cities are a list that staff edit: tenant.list("city_team").
return {
  id = "route_by_city",
  title = { en = "Team and level by city", zh = "按城市分派团队和级别" },
  api = 1,
  on = { "ticket.created" },
  phase = "after",
  priority = 100,
  grants = { "ticket.write", "note" },

  run = function(ev, new, old, ctx)
    local city = new.city or ""
    if city == "" then
      return {}
    end
    local team = tenant.list("city_team")[city]
    if not team then
      return { note { text = "No team looks after " .. city .. " yet (list city_team)." } }
    end
    local effects = { route { team = team } }
    local level = tenant.list("city_level")[city]
    if level and tonumber(level) < new.level then
      effects[#effects + 1] = set { field = "level", value = tonumber(level) }
    end
    return effects
  end,

  tests = {
    {
      name = "a city with a team",
      new = { city = "Shanghai", level = 3 },
      lookups = { ["tenant.list"] = { city_team = { Shanghai = "East" }, city_level = {} } },
      effects = { route { team = "East" } },
    },
    {
      name = "a city with a team and a level",
      new = { city = "Shanghai", level = 3 },
      lookups = {
        ["tenant.list"] = { city_team = { Shanghai = "East" }, city_level = { Shanghai = "2" } },
      },
      effects = { route { team = "East" }, set { field = "level", value = 2 } },
    },
    {
      name = "a level is never lowered",
      new = { city = "Shanghai", level = 1 },
      lookups = {
        ["tenant.list"] = { city_team = { Shanghai = "East" }, city_level = { Shanghai = "2" } },
      },
      effects = { route { team = "East" } },
    },
    {
      name = "a city without a team",
      new = { city = "Lhasa", level = 3 },
      lookups = { ["tenant.list"] = { city_team = {} } },
      effects = { note { text = "No team looks after Lhasa yet (list city_team)." } },
    },
    { name = "no city", new = { city = "", level = 3 }, effects = {} },
  },
}
