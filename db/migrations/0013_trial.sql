-- Trials: which policy a product's trials follow, and which machines have had theirs. A trial's row
-- outlives its licence and its machine, so that no new installation begins it again.

CREATE TABLE product_trial (
  tenant_id UUID NOT NULL,
  product_id UUID NOT NULL,
  policy_id UUID NOT NULL,
  days INT NOT NULL DEFAULT 30 CHECK (days BETWEEN 1 AND 365),
  is_open BOOLEAN NOT NULL DEFAULT FALSE, -- programs may ask without a credential
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, product_id),
  FOREIGN KEY (tenant_id, product_id) REFERENCES product (tenant_id, id),
  FOREIGN KEY (tenant_id, policy_id) REFERENCES policy (tenant_id, id)
);

CREATE TABLE trial (
  tenant_id UUID NOT NULL,
  product_id UUID NOT NULL,
  fingerprint_hash BINARY(32) NOT NULL,
  licence_id UUID NULL, -- NULL only within the transaction that begins it
  started_at DATETIME(6) NOT NULL,
  ends_at DATETIME(6) NOT NULL,
  turned_at DATETIME(6) NULL, -- since when it is a full licence
  PRIMARY KEY (tenant_id, product_id, fingerprint_hash),
  KEY trial_licence (tenant_id, licence_id),
  FOREIGN KEY (tenant_id, product_id) REFERENCES product (tenant_id, id),
  FOREIGN KEY (tenant_id, licence_id) REFERENCES licence (tenant_id, id)
);
