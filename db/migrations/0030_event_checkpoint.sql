-- Where the asker was: part of what is digested with the data, and erased with it.
ALTER TABLE event ADD COLUMN address VARCHAR(45) NULL;

-- Ends of each tenant's event chain, signed with a key of the installation that the database does
-- not have: a chain that was made anew from its start has other hashes.
CREATE TABLE event_checkpoint (
  tenant_id UUID NOT NULL,
  no BIGINT NOT NULL,
  chain_no BIGINT NOT NULL,
  hash BINARY(32) NOT NULL,
  signed_at DATETIME(6) NOT NULL,
  signature BINARY(64) NOT NULL,
  PRIMARY KEY (tenant_id, no),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);
