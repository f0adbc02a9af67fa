-- Webhooks: where a tenant's events are told to, and each telling.

CREATE TABLE webhook_endpoint (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  product_id UUID NULL, -- only what belongs to this product
  url VARCHAR(1000) NOT NULL,
  subscriptions TEXT NOT NULL, -- JSON array of the wire's names, or ["*"]
  api_version VARCHAR(8) NOT NULL,
  signature_algorithm VARCHAR(16) NOT NULL DEFAULT 'ed25519' CHECK (signature_algorithm IN ('ed25519')),
  is_enabled BOOLEAN NOT NULL DEFAULT TRUE,
  disabled_at DATETIME(6) NULL,
  disabled_why VARCHAR(8) NULL CHECK (disabled_why IN ('staff', 'gone', 'failing')),
  failing_since DATETIME(6) NULL, -- the first failure since the last success
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id),
  FOREIGN KEY (tenant_id, product_id) REFERENCES product (tenant_id, id)
);

-- One event for one endpoint. due_at is when it is to be tried, and NULL when nothing is left to do;
-- a claim moves it to the end of its lease, so that an abandoned one comes up again by itself.
CREATE TABLE webhook_event (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  endpoint_id UUID NULL, -- NULL: the endpoint is deleted
  event_id UUID NULL, -- NULL: a test
  name VARCHAR(64) NOT NULL, -- the wire's
  url VARCHAR(1000) NOT NULL,
  api_version VARCHAR(8) NOT NULL,
  product_id UUID NULL,
  idempotency_token CHAR(64) NOT NULL,
  payload MEDIUMTEXT NOT NULL,
  status VARCHAR(16) NOT NULL DEFAULT 'DELIVERING' CHECK (status IN ('DELIVERING', 'DELIVERED', 'FAILING', 'FAILED')),
  attempts INT NOT NULL DEFAULT 0,
  last_code INT NULL,
  last_body TEXT NULL,
  last_fault VARCHAR(200) NOT NULL DEFAULT '',
  last_attempt_at DATETIME(6) NULL,
  due_at DATETIME(6) NULL,
  lease UUID NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY webhook_event_once (tenant_id, endpoint_id, event_id),
  KEY webhook_event_due (due_at),
  KEY webhook_event_lease (lease),
  KEY webhook_event_endpoint (tenant_id, endpoint_id, id),
  KEY webhook_event_name (tenant_id, name, id),
  KEY webhook_event_old (created_at),
  FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoint (tenant_id, id)
);
