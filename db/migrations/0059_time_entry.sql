-- Time and cost spent on tickets, and the hours that organisations bought beforehand. Rows stay as they
-- are: a mistake is taken back by a second row.
CREATE TABLE time_entry (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  ticket_id UUID NOT NULL,
  organisation_id UUID NULL, -- the ticket's when it was written
  person_id UUID NULL,
  done_on DATE NOT NULL,
  minutes INT NOT NULL, -- negative in a row that takes another back
  is_billable BOOLEAN NOT NULL, -- off the hours that were bought
  cost_minor BIGINT NOT NULL DEFAULT 0,
  currency CHAR(3) NOT NULL,
  note VARCHAR(500) NOT NULL DEFAULT '',
  reverses_id UUID NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY time_entry_reversed (tenant_id, reverses_id),
  KEY time_entry_ticket (tenant_id, ticket_id, id),
  KEY time_entry_organisation (tenant_id, organisation_id, id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, reverses_id) REFERENCES time_entry (tenant_id, id)
);

CREATE TABLE prepaid_hours (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  organisation_id UUID NOT NULL,
  contract_id UUID NULL,
  minutes INT NOT NULL,
  note VARCHAR(500) NOT NULL DEFAULT '',
  created_by UUID NULL,
  created_at DATETIME(6) NOT NULL,
  reverses_id UUID NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY prepaid_hours_reversed (tenant_id, reverses_id),
  KEY prepaid_hours_organisation (tenant_id, organisation_id, id),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id),
  FOREIGN KEY (tenant_id, contract_id) REFERENCES contract (tenant_id, id),
  FOREIGN KEY (tenant_id, reverses_id) REFERENCES prepaid_hours (tenant_id, id)
);
