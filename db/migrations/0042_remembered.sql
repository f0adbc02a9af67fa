-- Devices that somebody asked to stay signed in on. The cookie has a selector and a secret; the row
-- has the SHA-256 of each. Every use changes the secret; the one before is known for a moment, for
-- requests that were on their way, and afterwards tells that somebody has a copy.
CREATE TABLE remembered (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  selector_hash BINARY(32) NOT NULL,
  secret_hash BINARY(32) NOT NULL,
  previous_hash BINARY(32) NULL,
  rotated_at DATETIME(6) NOT NULL,
  person_id UUID NOT NULL,
  address VARCHAR(45) NOT NULL DEFAULT '',
  agent VARCHAR(255) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  used_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY remembered_selector (tenant_id, selector_hash),
  KEY remembered_person (tenant_id, person_id),
  KEY remembered_expiry (tenant_id, expires_at),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id) ON DELETE CASCADE
);

-- The device that a session came from: it ends with it.
ALTER TABLE session ADD COLUMN remembered_id UUID NULL;
ALTER TABLE session ADD KEY session_remembered (tenant_id, remembered_id);

ALTER TABLE login_event MODIFY COLUMN outcome VARCHAR(24) NOT NULL
  CHECK (outcome IN ('ok', 'wrong', 'locked', 'disabled', 'throttled', 'logout', 'half', 'confirm', 'remembered'));

-- How people sign in to a tenant; without a row it is as the defaults say.
CREATE TABLE sign_in_rule (
  tenant_id UUID NOT NULL PRIMARY KEY,
  remember_days INT NOT NULL DEFAULT 30 CHECK (remember_days BETWEEN 0 AND 365), -- 0: not at all
  remembers_staff BOOLEAN NOT NULL DEFAULT FALSE,
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);
