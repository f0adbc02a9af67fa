-- Marks a ticket when its customer has filed many others lately, so that somebody looks for the
-- common cause.
return {
  id = "repeat_callers",
  title = { en = "Many tickets of one customer", zh = "同一客户近期工单较多" },
  api = 1,
  on = { "ticket.created" },
  phase = "after",
  priority = 400,
  grants = { "ticket.write", "note" },

  run = function(ev, new)
    if not new.organisation then
      return {}
    end
    local filed = count.tickets { organisation = new.organisation.id, days = 7 }
    if filed < 10 then
      return {}
    end
    return { tag { "repeat-caller" }, note { text = filed .. " tickets of this customer in seven days." } }
  end,

  tests = {
    {
      name = "many",
      new = { organisation = { id = "o" } },
      lookups = { ["count.tickets"] = { [""] = 12 } },
      effects = { tag { "repeat-caller" }, note { text = "12 tickets of this customer in seven days." } },
    },
    {
      name = "few",
      new = { organisation = { id = "o" } },
      lookups = { ["count.tickets"] = { [""] = 2 } },
      effects = {},
    },
  },
}
