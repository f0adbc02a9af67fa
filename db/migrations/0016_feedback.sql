-- Tickets that installed software filed with its licence: the same request files once. The licence
-- may be revoked later, so nothing here refers to its row.
CREATE TABLE feedback (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  licence_id UUID NOT NULL,
  request_key VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  ticket_id UUID NOT NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY feedback_request (tenant_id, licence_id, request_key),
  KEY feedback_recent (tenant_id, licence_id, created_at),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id)
);

-- Links that show one ticket to whoever has them, without an account. The token itself is not kept.
CREATE TABLE follow_link (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  ticket_id UUID NOT NULL,
  digest BINARY(32) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY follow_link_digest (tenant_id, digest),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id)
);
