-- Tickets sent to a person or a team, and what these answered.
CREATE TABLE dispatch (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  ticket_id UUID NOT NULL,
  by_id UUID NULL, -- NULL: a rule
  person_id UUID NULL, -- to whom; NULL: to the team
  team_id UUID NULL,
  from_team_id UUID NULL, -- whose queue it goes back to
  from_person_id UUID NULL, -- who had it
  note VARCHAR(1000) NOT NULL DEFAULT '',
  state VARCHAR(12) NOT NULL DEFAULT 'open'
    CHECK (state IN ('open', 'accepted', 'declined', 'unanswered', 'withdrawn')),
  answer VARCHAR(1000) NOT NULL DEFAULT '',
  answered_by UUID NULL,
  created_at DATETIME(6) NOT NULL,
  due_at DATETIME(6) NULL, -- NULL: no limit
  answered_at DATETIME(6) NULL,
  PRIMARY KEY (tenant_id, id),
  KEY dispatch_ticket (tenant_id, ticket_id, id),
  KEY dispatch_due (tenant_id, state, due_at),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, team_id) REFERENCES team (tenant_id, id),
  CHECK (person_id IS NULL OR team_id IS NULL)
);

-- The person or team that an open dispatch waits for: its queue.
ALTER TABLE ticket
  ADD COLUMN dispatch_to UUID NULL,
  ADD KEY ticket_dispatch_due (tenant_id, dispatch_to, is_active, due_key, id);
