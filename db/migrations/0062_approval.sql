-- What waits for somebody's yes or no, and what he said.
CREATE TABLE approval (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  ticket_id UUID NOT NULL,
  kind VARCHAR(12) NOT NULL CHECK (kind IN ('ticket', 'order', 'discount', 'activation')),
  question VARCHAR(1000) NOT NULL,
  person_id UUID NOT NULL, -- who decides, or whoever stands in for him
  asked_by UUID NULL,      -- NULL: a rule
  due_at DATETIME(6) NULL,
  state VARCHAR(8) NOT NULL DEFAULT 'waiting'
    CHECK (state IN ('waiting', 'approved', 'refused', 'expired')),
  opinion VARCHAR(1000) NOT NULL DEFAULT '',
  decided_by UUID NULL,
  created_at DATETIME(6) NOT NULL,
  decided_at DATETIME(6) NULL,
  PRIMARY KEY (tenant_id, id),
  KEY approval_ticket (tenant_id, ticket_id, id),
  KEY approval_waiting (tenant_id, state, person_id),
  KEY approval_due (tenant_id, state, due_at),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
