-- Service hours, and promises that count them: the next answer, and the solution.

CREATE TABLE calendar (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  name VARCHAR(100) NOT NULL,
  zone VARCHAR(64) NOT NULL DEFAULT '', -- '': the tenant's
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY calendar_name (tenant_id, name),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

-- When the doors are open: minutes of the local day, by weekday (0 is Sunday).
CREATE TABLE calendar_hours (
  tenant_id UUID NOT NULL,
  calendar_id UUID NOT NULL,
  weekday INT NOT NULL CHECK (weekday BETWEEN 0 AND 6),
  from_minute INT NOT NULL CHECK (from_minute BETWEEN 0 AND 1439),
  to_minute INT NOT NULL CHECK (to_minute BETWEEN 1 AND 1440),
  PRIMARY KEY (tenant_id, calendar_id, weekday, from_minute),
  FOREIGN KEY (tenant_id, calendar_id) REFERENCES calendar (tenant_id, id) ON DELETE CASCADE,
  CHECK (from_minute < to_minute)
);

-- Days unlike their weekday: a holiday (like no weekday), or one that is worked as another weekday.
CREATE TABLE calendar_day (
  tenant_id UUID NOT NULL,
  calendar_id UUID NOT NULL,
  day DATE NOT NULL,
  like_weekday INT NULL CHECK (like_weekday BETWEEN 0 AND 6),
  label VARCHAR(100) NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, calendar_id, day),
  FOREIGN KEY (tenant_id, calendar_id) REFERENCES calendar (tenant_id, id) ON DELETE CASCADE
);

ALTER TABLE sla
  ADD COLUMN solve_minutes INT NULL CHECK (solve_minutes > 0),
  ADD COLUMN calendar_id UUID NULL, -- NULL: around the clock
  ADD FOREIGN KEY (tenant_id, calendar_id) REFERENCES calendar (tenant_id, id);
ALTER TABLE sla MODIFY answer_minutes INT NULL CHECK (answer_minutes > 0);

-- The solution's clock: working time spent so far, since when it runs (NULL: it stands), and when it
-- reaches what was promised.
ALTER TABLE ticket
  ADD COLUMN solve_spent BIGINT NOT NULL DEFAULT 0, -- us
  ADD COLUMN solve_since DATETIME(6) NULL,
  ADD COLUMN solve_due_at DATETIME(6) NULL,
  ADD COLUMN status_at DATETIME(6) NULL, -- since when its category is what it is
  ADD KEY ticket_solve_due (tenant_id, is_active, solve_due_at, id);

-- Each promise that was kept or missed: the report's ground.
CREATE TABLE ticket_promise (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  ticket_id UUID NOT NULL,
  target VARCHAR(8) NOT NULL CHECK (target IN ('answer', 'solve')),
  level INT NOT NULL,
  assignee_id UUID NULL,
  asked_at DATETIME(6) NOT NULL,
  due_at DATETIME(6) NULL, -- NULL: nothing was promised
  done_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  KEY ticket_promise_ticket (tenant_id, ticket_id),
  KEY ticket_promise_done (tenant_id, done_at),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id)
);

-- What happens before and after a promise's end. A tenant without rows has the defaults of
-- portal/desk/escalation.c.
CREATE TABLE escalation (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  target VARCHAR(8) NOT NULL CHECK (target IN ('answer', 'solve')),
  offset_minutes INT NOT NULL, -- negative: before it is due
  team_id UUID NULL,           -- to which the ticket goes
  raises_level BOOLEAN NOT NULL DEFAULT FALSE,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY escalation_at (tenant_id, target, offset_minutes),
  FOREIGN KEY (tenant_id, team_id) REFERENCES team (tenant_id, id)
);

-- Each step fires once for each promise.
CREATE TABLE ticket_escalation (
  tenant_id UUID NOT NULL,
  ticket_id UUID NOT NULL,
  target VARCHAR(8) NOT NULL,
  offset_minutes INT NOT NULL,
  asked_at DATETIME(6) NOT NULL, -- which promise
  fired_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id, target, offset_minutes, asked_at),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id)
);
