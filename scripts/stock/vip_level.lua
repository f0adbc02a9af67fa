-- Raises the level of a new ticket by one for customers of importance 1, and marks it.
return {
  id = "vip_level",
  title = { en = "Important customers first", zh = "重要客户优先" },
  api = 1,
  on = { "ticket.created" },
  phase = "after",
  priority = 200,
  when = { ["organisation.importance"] = 1 },
  grants = { "ticket.write" },

  run = function(ev, new)
    local effects = { tag { "vip" } }
    if new.level > 1 then
      effects[#effects + 1] = level { new.level - 1 }
    end
    return effects
  end,

  tests = {
    {
      name = "an important customer",
      new = { level = 3, organisation = { importance = 1 } },
      effects = { tag { "vip" }, level { 2 } },
    },
    {
      name = "the highest level stays",
      new = { level = 1, organisation = { importance = 1 } },
      effects = { tag { "vip" } },
    },
    { name = "another customer", new = { level = 3, organisation = { importance = 3 } }, effects = {} },
    { name = "no customer", new = { level = 3 }, effects = {} },
  },
}
