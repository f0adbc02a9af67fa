-- What a message said before its author changed it, and who looks at which ticket right now.
ALTER TABLE message ADD COLUMN edited_at DATETIME(6) NULL;

CREATE TABLE message_earlier (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  ticket_id UUID NOT NULL,
  message_id UUID NOT NULL,
  body MEDIUMTEXT NOT NULL,
  replaced_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  KEY message_earlier_ticket (tenant_id, ticket_id, id),
  FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
);

CREATE TABLE ticket_presence (
  tenant_id UUID NOT NULL,
  ticket_id UUID NOT NULL,
  person_id UUID NOT NULL,
  seen_at DATETIME(6) NOT NULL,
  is_writing BOOLEAN NOT NULL DEFAULT FALSE,
  PRIMARY KEY (tenant_id, ticket_id, person_id),
  KEY ticket_presence_old (tenant_id, seen_at),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
