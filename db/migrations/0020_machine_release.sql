-- How often customers may give seats back, by product; what they gave back; odd use that was told.

CREATE TABLE machine_release_terms (
  tenant_id UUID NOT NULL,
  product_id UUID NOT NULL,
  cap INT NOT NULL CHECK (cap BETWEEN 1 AND 1000), -- of one licence's machines, in a period
  period_days INT NOT NULL CHECK (period_days BETWEEN 1 AND 3650),
  pause_hours INT NOT NULL CHECK (pause_hours BETWEEN 0 AND 8760), -- from one to the next
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, product_id),
  FOREIGN KEY (tenant_id, product_id) REFERENCES product (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE machine_release (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  licence_id UUID NOT NULL,
  machine_name VARCHAR(255) NULL,
  fingerprint_hash BINARY(32) NOT NULL,
  released_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  KEY machine_release_licence (tenant_id, licence_id, released_at),
  FOREIGN KEY (tenant_id, licence_id) REFERENCES licence (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE licence_signal (
  tenant_id UUID NOT NULL,
  licence_id UUID NOT NULL,
  name VARCHAR(32) NOT NULL,
  told_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, licence_id, name),
  FOREIGN KEY (tenant_id, licence_id) REFERENCES licence (tenant_id, id) ON DELETE CASCADE
);

-- Lists in the order of creation read a page, not the tenant.
CREATE INDEX machine_created ON machine (tenant_id, created_at, id);
CREATE INDEX component_created ON component (tenant_id, created_at, id);
CREATE INDEX process_created ON process (tenant_id, created_at, id);
