-- Which notices about a licence's end were given: one for each end and number of days, on whatever
-- node. Another end has notices of its own, so a renewal cancels what was left.

CREATE TABLE expiry_notice (
  tenant_id UUID NOT NULL,
  licence_id UUID NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  days INT NOT NULL,
  told_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, licence_id, expires_at, days),
  FOREIGN KEY (tenant_id, licence_id) REFERENCES licence (tenant_id, id)
);
