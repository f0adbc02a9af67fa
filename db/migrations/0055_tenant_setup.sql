-- The first steps of a new tenant, and links by which an operator lets somebody make one.

ALTER TABLE tenant ADD COLUMN is_set_up BOOLEAN NOT NULL DEFAULT TRUE;

CREATE TABLE tenant_setup (
  tenant_id UUID NOT NULL,
  step VARCHAR(16) NOT NULL CHECK (step IN ('brand', 'region', 'mail', 'product', 'customer', 'ticket')),
  state VARCHAR(8) NOT NULL CHECK (state IN ('done', 'skipped')),
  at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, step),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

-- Of the installation: there is no tenant yet. hash: SHA-256 of the link's token.
CREATE TABLE tenant_invite (
  hash CHAR(64) NOT NULL PRIMARY KEY,
  expires_at DATETIME(6) NOT NULL,
  used_at DATETIME(6) NULL,
  made_at DATETIME(6) NOT NULL
);
