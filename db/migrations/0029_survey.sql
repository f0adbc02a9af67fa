-- What customers say after a ticket is solved: one answer for each time it was.
CREATE TABLE survey (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  ticket_id UUID NOT NULL,
  resolved_at DATETIME(6) NOT NULL, -- which solution
  score INT NOT NULL CHECK (score BETWEEN 1 AND 5),
  comment TEXT NOT NULL,
  way VARCHAR(8) NOT NULL CHECK (way IN ('link', 'portal')),
  person_id UUID NULL,   -- who answered in the portal; by link: unknown
  assignee_id UUID NULL, -- who had the ticket then
  answered_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY survey_once (tenant_id, ticket_id, resolved_at),
  KEY survey_answered (tenant_id, answered_at),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id)
);
