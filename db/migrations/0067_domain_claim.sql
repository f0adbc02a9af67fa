-- Mail domains that an organisation says are its own, until a record in the DNS shows it: then they
-- are in signup_domain.
CREATE TABLE domain_claim (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  organisation_id UUID NOT NULL,
  domain VARCHAR(253) NOT NULL,
  challenge CHAR(32) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY domain_claim_once (tenant_id, organisation_id, domain),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id) ON DELETE CASCADE
);
