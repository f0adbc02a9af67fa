-- Return visits: a promise to look again after a solution, open until its outcome is kept.
CREATE TABLE visit (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  ticket_id UUID NOT NULL,
  assignee_id UUID NULL, -- who makes it; NULL: whoever tracks the ticket
  due_on DATE NOT NULL,
  created_by UUID NULL, -- NULL: a rule
  created_at DATETIME(6) NOT NULL,
  told_at DATETIME(6) NULL, -- when ticket.visit_due was emitted
  outcome VARCHAR(12) NULL CHECK (outcome IN ('content', 'unhappy', 'unreached')),
  result TEXT NOT NULL DEFAULT '',
  done_by UUID NULL,
  done_at DATETIME(6) NULL, -- NULL: open
  next_id UUID NULL, -- the visit that follows it
  is_open BOOLEAN AS (done_at IS NULL) PERSISTENT,
  PRIMARY KEY (tenant_id, id),
  KEY visit_due (tenant_id, is_open, due_on, id),
  KEY visit_ticket (tenant_id, ticket_id, id),
  KEY visit_done (tenant_id, done_at),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id),
  FOREIGN KEY (tenant_id, assignee_id) REFERENCES person (tenant_id, id)
);
