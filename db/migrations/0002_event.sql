-- Events (outbox and audit trail in one), their consumers, the hash chain; jobs; number series.

-- chain_no is NULL until the jobs role links the event into its tenant's chain, after commit.
-- salt and data go when a person's data is erased; digest = SHA-256 (salt, data) stays.
CREATE TABLE event (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  name VARCHAR(64) NOT NULL,
  subject_id UUID NOT NULL,
  actor_id UUID NULL,
  actor_kind VARCHAR(16) NOT NULL CHECK (actor_kind IN ('system', 'staff', 'customer', 'nobody', 'program')),
  trace CHAR(16) NOT NULL,
  at DATETIME(6) NOT NULL,
  data MEDIUMTEXT NULL,
  salt BINARY(16) NULL,
  digest BINARY(32) NOT NULL,
  chain_no BIGINT NULL,
  prev_hash BINARY(32) NULL,
  hash BINARY(32) NULL,
  erased_at DATETIME(6) NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY event_chain_no (tenant_id, chain_no),
  KEY event_unlinked (chain_no, tenant_id),
  KEY event_subject (tenant_id, subject_id, id),
  KEY event_name (tenant_id, name, id),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

-- The chain's end per tenant; who links events writes this row first.
CREATE TABLE event_chain (
  tenant_id UUID NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL DEFAULT 0,
  last_no BIGINT NOT NULL DEFAULT 0,
  last_hash BINARY(32) NOT NULL,
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

-- One row per event and consumer, gone when the consumer is done with it. A claim moves due_at to
-- the end of its lease, so an abandoned one comes up again by itself.
CREATE TABLE event_delivery (
  tenant_id UUID NOT NULL,
  consumer VARCHAR(32) NOT NULL,
  event_id UUID NOT NULL,
  due_at DATETIME(6) NOT NULL,
  lease UUID NULL,
  attempts INT NOT NULL DEFAULT 0,
  is_parked BOOLEAN NOT NULL DEFAULT FALSE,
  reason VARCHAR(200) NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, consumer, event_id),
  KEY event_delivery_due (consumer, is_parked, due_at, event_id),
  KEY event_delivery_lease (lease),
  FOREIGN KEY (tenant_id, event_id) REFERENCES event (tenant_id, id)
);

CREATE TABLE job (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  kind VARCHAR(64) NOT NULL,
  job_key VARCHAR(128) NULL,
  data MEDIUMTEXT NULL,
  due_at DATETIME(6) NOT NULL,
  next_at DATETIME(6) NOT NULL,
  lease UUID NULL,
  attempts INT NOT NULL DEFAULT 0,
  is_parked BOOLEAN NOT NULL DEFAULT FALSE,
  reason VARCHAR(200) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY job_once (tenant_id, kind, job_key),
  KEY job_due (kind, is_parked, next_at),
  KEY job_lease (lease),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

CREATE TABLE number_series (
  tenant_id UUID NOT NULL,
  name VARCHAR(32) NOT NULL,
  format VARCHAR(64) NOT NULL,
  next_number BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, name),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);
