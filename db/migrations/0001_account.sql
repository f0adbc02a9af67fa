-- Tenants, people, how they sign in and what they may do.
-- Every tenant's table has the primary key (tenant_id, id); foreign keys carry tenant_id.

CREATE TABLE tenant (
  id UUID NOT NULL PRIMARY KEY,
  slug VARCHAR(63) NOT NULL,
  name VARCHAR(200) NOT NULL,
  legal_name VARCHAR(200) NOT NULL DEFAULT '',
  accent CHAR(6) NOT NULL DEFAULT '0E6380',
  mark VARCHAR(32) NOT NULL DEFAULT 'arch',
  support_phone VARCHAR(64) NOT NULL DEFAULT '',
  support_email VARCHAR(254) NOT NULL DEFAULT '',
  support_hours VARCHAR(200) NOT NULL DEFAULT '',
  language VARCHAR(8) NOT NULL DEFAULT 'en',
  time_zone VARCHAR(64) NOT NULL DEFAULT 'UTC',
  currency CHAR(3) NOT NULL DEFAULT 'EUR',
  api_version VARCHAR(8) NOT NULL DEFAULT '1.8',
  is_protected BOOLEAN NOT NULL DEFAULT FALSE,
  token_secret VARBINARY(255) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY tenant_slug (slug)
);

CREATE TABLE tenant_host (
  host VARCHAR(253) NOT NULL PRIMARY KEY,
  tenant_id UUID NOT NULL,
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

CREATE TABLE person (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  full_name VARCHAR(200) COLLATE utf8mb4_unicode_520_ci NOT NULL,
  given_name VARCHAR(100) NOT NULL DEFAULT '',
  email VARCHAR(254) NOT NULL,
  phone VARCHAR(64) NOT NULL DEFAULT '',
  language VARCHAR(8) NOT NULL DEFAULT '',
  time_zone VARCHAR(64) NOT NULL DEFAULT '',
  is_disabled BOOLEAN NOT NULL DEFAULT FALSE,
  is_banned BOOLEAN NOT NULL DEFAULT FALSE,
  metadata TEXT NOT NULL DEFAULT '{}',
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  deleted_at DATETIME(6) NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY person_email (tenant_id, email),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

CREATE TABLE credential (
  tenant_id UUID NOT NULL,
  person_id UUID NOT NULL,
  password_hash VARCHAR(128) NULL,
  password_changed_at DATETIME(6) NULL,
  failed_count INT NOT NULL DEFAULT 0,
  locked_until DATETIME(6) NULL,
  totp_sealed VARBINARY(255) NULL, -- the second step is on
  totp_offered VARBINARY(255) NULL, -- shown, not yet confirmed
  totp_step BIGINT NOT NULL DEFAULT 0, -- the last one used: a code works once
  PRIMARY KEY (tenant_id, person_id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);

-- For a lost device; each works once. The row has the SHA-256.
CREATE TABLE recovery_code (
  tenant_id UUID NOT NULL,
  person_id UUID NOT NULL,
  code_hash BINARY(32) NOT NULL,
  used_at DATETIME(6) NULL,
  PRIMARY KEY (tenant_id, person_id, code_hash),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id) ON DELETE CASCADE
);

-- Links that let a person choose a password once; the row has the SHA-256 of the token.
CREATE TABLE person_link (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  token_hash BINARY(32) NOT NULL,
  person_id UUID NOT NULL,
  created_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  used_at DATETIME(6) NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY person_link_token (tenant_id, token_hash),
  KEY person_link_person (tenant_id, person_id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id) ON DELETE CASCADE
);

-- The token itself is only in the browser's cookie; the row has its SHA-256.
CREATE TABLE session (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  token_hash BINARY(32) NOT NULL,
  person_id UUID NULL,
  waiting_id UUID NULL, -- whose password was right, while the second step is missing
  waiting_until DATETIME(6) NULL,
  organisation_id UUID NULL,
  language VARCHAR(8) NOT NULL DEFAULT '',
  flash TEXT NULL,
  draft MEDIUMTEXT NULL,
  address VARCHAR(45) NOT NULL DEFAULT '',
  agent VARCHAR(255) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  used_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY session_token (tenant_id, token_hash),
  KEY session_person (tenant_id, person_id),
  KEY session_expiry (expires_at),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

CREATE TABLE login_event (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  email VARCHAR(254) NOT NULL,
  person_id UUID NULL,
  address VARCHAR(45) NOT NULL,
  outcome VARCHAR(24) NOT NULL CHECK (outcome IN ('ok', 'wrong', 'locked', 'disabled', 'throttled', 'logout', 'half')),
  at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  KEY login_event_email (tenant_id, email, at),
  KEY login_event_address (tenant_id, address, at),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

CREATE TABLE team (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  name VARCHAR(100) COLLATE utf8mb4_unicode_520_ci NOT NULL,
  is_default BOOLEAN NOT NULL DEFAULT FALSE,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY team_name (tenant_id, name),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

CREATE TABLE role (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  name VARCHAR(100) COLLATE utf8mb4_unicode_520_ci NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY role_name (tenant_id, name),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

CREATE TABLE role_right (
  tenant_id UUID NOT NULL,
  role_id UUID NOT NULL,
  name VARCHAR(32) NOT NULL,
  PRIMARY KEY (tenant_id, role_id, name),
  FOREIGN KEY (tenant_id, role_id) REFERENCES role (tenant_id, id)
);

CREATE TABLE staff_member (
  tenant_id UUID NOT NULL,
  person_id UUID NOT NULL,
  role_id UUID NOT NULL,
  team_id UUID NULL,
  title VARCHAR(100) COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, person_id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, role_id) REFERENCES role (tenant_id, id),
  FOREIGN KEY (tenant_id, team_id) REFERENCES team (tenant_id, id)
);
