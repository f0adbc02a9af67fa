-- Products, policies, licences, machines, API tokens, signing keys.
-- Keys, fingerprints and process ids may exceed what an index holds: a stored SHA-256 of the text
-- stands for it in indexes, and each unique key here is the backstop of a rule the code checks.

CREATE TABLE product (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  name VARCHAR(255) NOT NULL,
  code VARCHAR(255) NULL, -- lower case
  serial_prefix VARCHAR(8) NOT NULL DEFAULT 'LIC',
  distribution_strategy VARCHAR(16) NOT NULL DEFAULT 'LICENSED' CHECK (distribution_strategy IN ('LICENSED', 'OPEN', 'CLOSED')),
  url VARCHAR(1000) NULL,
  platforms TEXT NULL, -- JSON array of text
  metadata TEXT NOT NULL DEFAULT '{}',
  version BIGINT NOT NULL DEFAULT 0,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  deleted_at DATETIME(6) NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY product_code (tenant_id, code),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

CREATE TABLE product_release (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  product_id UUID NOT NULL,
  name VARCHAR(255) NULL,
  description TEXT NULL,
  channel VARCHAR(8) NOT NULL CHECK (channel IN ('stable', 'rc', 'beta', 'alpha', 'dev')),
  status VARCHAR(16) NOT NULL DEFAULT 'DRAFT' CHECK (status IN ('DRAFT', 'PUBLISHED', 'YANKED')),
  tag VARCHAR(255) NULL,
  version VARCHAR(255) NOT NULL,
  semver_major BIGINT NOT NULL,
  semver_minor BIGINT NOT NULL,
  semver_patch BIGINT NOT NULL,
  semver_prerelease VARCHAR(255) NULL,
  semver_build VARCHAR(255) NULL,
  metadata TEXT NOT NULL DEFAULT '{}',
  backdated_at DATETIME(6) NULL,
  yanked_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY product_release_version (tenant_id, product_id, version),
  UNIQUE KEY product_release_tag (tenant_id, product_id, tag),
  KEY product_release_newest (tenant_id, product_id, semver_major, semver_minor, semver_patch),
  FOREIGN KEY (tenant_id, product_id) REFERENCES product (tenant_id, id)
);

CREATE TABLE artefact (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  release_id UUID NOT NULL,
  filename VARCHAR(255) NOT NULL,
  filetype VARCHAR(64) NULL,
  filesize BIGINT NULL,
  platform VARCHAR(64) NULL,
  arch VARCHAR(64) NULL,
  signature VARCHAR(1024) NULL,
  checksum VARCHAR(255) NULL,
  content_hash BINARY(32) NULL, -- names the file in storage
  status VARCHAR(16) NOT NULL DEFAULT 'WAITING' CHECK (status IN ('WAITING', 'PROCESSING', 'UPLOADED', 'FAILED', 'YANKED')),
  metadata TEXT NOT NULL DEFAULT '{}',
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY artefact_filename (tenant_id, release_id, filename),
  KEY artefact_checksum (tenant_id, checksum),
  FOREIGN KEY (tenant_id, release_id) REFERENCES product_release (tenant_id, id)
);

CREATE TABLE policy (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  product_id UUID NOT NULL,
  name VARCHAR(255) NOT NULL,
  duration_seconds BIGINT NULL CHECK (duration_seconds BETWEEN 86400 AND 2147483647),
  is_strict BOOLEAN NOT NULL DEFAULT FALSE,
  is_floating BOOLEAN NOT NULL DEFAULT FALSE,
  max_machines BIGINT NULL CHECK (max_machines > 0),
  max_processes BIGINT NULL CHECK (max_processes > 0),
  max_users BIGINT NULL CHECK (max_users > 0),
  max_cores BIGINT NULL CHECK (max_cores > 0),
  max_memory BIGINT NULL CHECK (max_memory > 0),
  max_disk BIGINT NULL CHECK (max_disk > 0),
  max_uses BIGINT NULL CHECK (max_uses >= 0),
  machine_uniqueness_strategy VARCHAR(32) NOT NULL DEFAULT 'UNIQUE_PER_LICENSE' CHECK (machine_uniqueness_strategy IN ('UNIQUE_PER_ACCOUNT', 'UNIQUE_PER_PRODUCT', 'UNIQUE_PER_POLICY', 'UNIQUE_PER_LICENSE')),
  machine_matching_strategy VARCHAR(32) NOT NULL DEFAULT 'MATCH_ANY' CHECK (machine_matching_strategy IN ('MATCH_ANY', 'MATCH_TWO', 'MATCH_MOST', 'MATCH_ALL')),
  component_uniqueness_strategy VARCHAR(32) NOT NULL DEFAULT 'UNIQUE_PER_MACHINE' CHECK (component_uniqueness_strategy IN ('UNIQUE_PER_ACCOUNT', 'UNIQUE_PER_PRODUCT', 'UNIQUE_PER_POLICY', 'UNIQUE_PER_LICENSE', 'UNIQUE_PER_MACHINE')),
  component_matching_strategy VARCHAR(32) NOT NULL DEFAULT 'MATCH_ANY' CHECK (component_matching_strategy IN ('MATCH_ANY', 'MATCH_TWO', 'MATCH_MOST', 'MATCH_ALL')),
  expiration_strategy VARCHAR(32) NOT NULL DEFAULT 'RESTRICT_ACCESS' CHECK (expiration_strategy IN ('RESTRICT_ACCESS', 'REVOKE_ACCESS', 'MAINTAIN_ACCESS', 'ALLOW_ACCESS')),
  expiration_basis VARCHAR(32) NOT NULL DEFAULT 'FROM_CREATION' CHECK (expiration_basis IN ('FROM_CREATION', 'FROM_FIRST_VALIDATION', 'FROM_FIRST_ACTIVATION', 'FROM_FIRST_DOWNLOAD', 'FROM_FIRST_USE')),
  renewal_basis VARCHAR(32) NOT NULL DEFAULT 'FROM_EXPIRY' CHECK (renewal_basis IN ('FROM_EXPIRY', 'FROM_NOW', 'FROM_NOW_IF_EXPIRED')),
  transfer_strategy VARCHAR(32) NOT NULL DEFAULT 'KEEP_EXPIRY' CHECK (transfer_strategy IN ('KEEP_EXPIRY', 'RESET_EXPIRY')),
  authentication_strategy VARCHAR(32) NOT NULL DEFAULT 'TOKEN' CHECK (authentication_strategy IN ('TOKEN', 'LICENSE', 'SESSION', 'MIXED', 'NONE')),
  machine_leasing_strategy VARCHAR(32) NOT NULL DEFAULT 'PER_LICENSE' CHECK (machine_leasing_strategy IN ('PER_LICENSE', 'PER_USER')),
  process_leasing_strategy VARCHAR(32) NOT NULL DEFAULT 'PER_MACHINE' CHECK (process_leasing_strategy IN ('PER_MACHINE', 'PER_LICENSE', 'PER_USER')),
  overage_strategy VARCHAR(32) NOT NULL DEFAULT 'NO_OVERAGE' CHECK (overage_strategy IN ('NO_OVERAGE', 'ALWAYS_ALLOW_OVERAGE', 'ALLOW_1_25X_OVERAGE', 'ALLOW_1_5X_OVERAGE', 'ALLOW_2X_OVERAGE')),
  scheme VARCHAR(32) NULL CHECK (scheme IN ('ED25519_SIGN')),
  is_protected BOOLEAN NOT NULL DEFAULT FALSE,
  require_product_scope BOOLEAN NOT NULL DEFAULT FALSE,
  require_policy_scope BOOLEAN NOT NULL DEFAULT FALSE,
  require_machine_scope BOOLEAN NOT NULL DEFAULT FALSE,
  require_fingerprint_scope BOOLEAN NOT NULL DEFAULT FALSE,
  require_components_scope BOOLEAN NOT NULL DEFAULT FALSE,
  require_user_scope BOOLEAN NOT NULL DEFAULT FALSE,
  require_checksum_scope BOOLEAN NOT NULL DEFAULT FALSE,
  require_version_scope BOOLEAN NOT NULL DEFAULT FALSE,
  require_check_in BOOLEAN NOT NULL DEFAULT FALSE,
  check_in_interval VARCHAR(8) NULL CHECK (check_in_interval IN ('day', 'week', 'month', 'year')),
  check_in_interval_count INT NULL CHECK (check_in_interval_count BETWEEN 1 AND 365),
  require_heartbeat BOOLEAN NOT NULL DEFAULT FALSE,
  heartbeat_duration_seconds BIGINT NULL CHECK (heartbeat_duration_seconds >= 60),
  heartbeat_cull_strategy VARCHAR(32) NOT NULL DEFAULT 'DEACTIVATE_DEAD' CHECK (heartbeat_cull_strategy IN ('DEACTIVATE_DEAD', 'KEEP_DEAD')),
  heartbeat_resurrection_strategy VARCHAR(32) NOT NULL DEFAULT 'NO_REVIVE' CHECK (heartbeat_resurrection_strategy IN ('NO_REVIVE', '1_MINUTE_REVIVE', '2_MINUTE_REVIVE', '5_MINUTE_REVIVE', '10_MINUTE_REVIVE', '15_MINUTE_REVIVE', 'ALWAYS_REVIVE')),
  heartbeat_basis VARCHAR(32) NOT NULL DEFAULT 'FROM_FIRST_PING' CHECK (heartbeat_basis IN ('FROM_CREATION', 'FROM_FIRST_PING')),
  metadata TEXT NOT NULL DEFAULT '{}',
  version BIGINT NOT NULL DEFAULT 0,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  deleted_at DATETIME(6) NULL,
  PRIMARY KEY (tenant_id, id),
  KEY policy_product (tenant_id, product_id),
  FOREIGN KEY (tenant_id, product_id) REFERENCES product (tenant_id, id)
);

CREATE TABLE entitlement (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  name VARCHAR(255) NOT NULL,
  code VARCHAR(255) NOT NULL,
  code_folded VARCHAR(255) NOT NULL, -- lower case: codes are unique whatever their case
  metadata TEXT NOT NULL DEFAULT '{}',
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY entitlement_code (tenant_id, code_folded),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

CREATE TABLE policy_entitlement (
  tenant_id UUID NOT NULL,
  policy_id UUID NOT NULL,
  entitlement_id UUID NOT NULL,
  id UUID NOT NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, policy_id, entitlement_id),
  FOREIGN KEY (tenant_id, policy_id) REFERENCES policy (tenant_id, id),
  FOREIGN KEY (tenant_id, entitlement_id) REFERENCES entitlement (tenant_id, id)
);

CREATE TABLE release_entitlement (
  tenant_id UUID NOT NULL,
  release_id UUID NOT NULL,
  entitlement_id UUID NOT NULL,
  id UUID NOT NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, release_id, entitlement_id),
  FOREIGN KEY (tenant_id, release_id) REFERENCES product_release (tenant_id, id),
  FOREIGN KEY (tenant_id, entitlement_id) REFERENCES entitlement (tenant_id, id)
);

CREATE TABLE licence_group (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  name VARCHAR(255) NOT NULL,
  max_users BIGINT NULL,
  max_licences BIGINT NULL,
  max_machines BIGINT NULL,
  metadata TEXT NOT NULL DEFAULT '{}',
  version BIGINT NOT NULL DEFAULT 0,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

CREATE TABLE licence_group_person (
  tenant_id UUID NOT NULL,
  person_id UUID NOT NULL,
  group_id UUID NOT NULL,
  PRIMARY KEY (tenant_id, person_id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, group_id) REFERENCES licence_group (tenant_id, id)
);

-- version is written first by each transaction that takes a seat: two takers meet on this row, on
-- one node and on two nodes of a cluster.
CREATE TABLE licence (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  serial VARCHAR(20) NOT NULL, -- for people: CTR-7Q4M-91KX
  product_id UUID NOT NULL,
  policy_id UUID NOT NULL,
  organisation_id UUID NULL,
  owner_id UUID NULL,
  group_id UUID NULL,
  name VARCHAR(1024) NULL,
  key_text TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  key_hash BINARY(32) NOT NULL,
  starts_at DATETIME(6) NOT NULL, -- for people; the wire has no "not yet"
  expires_at DATETIME(6) NULL,
  support_until DATETIME(6) NULL,
  grace_days INT NOT NULL DEFAULT 0 CHECK (grace_days BETWEEN 0 AND 3650),
  is_trial BOOLEAN NOT NULL DEFAULT FALSE,
  is_suspended BOOLEAN NOT NULL DEFAULT FALSE,
  is_protected BOOLEAN NULL, -- NULL: the policy's
  uses BIGINT NOT NULL DEFAULT 0,
  max_machines BIGINT NULL, -- NULL: the policy's, here and below
  max_processes BIGINT NULL,
  max_users BIGINT NULL,
  max_cores BIGINT NULL,
  max_memory BIGINT NULL,
  max_disk BIGINT NULL,
  max_uses BIGINT NULL,
  last_version VARCHAR(255) NULL,
  last_validated_at DATETIME(6) NULL,
  last_check_in_at DATETIME(6) NULL,
  last_check_out_at DATETIME(6) NULL,
  note TEXT NOT NULL DEFAULT '',
  metadata TEXT NOT NULL DEFAULT '{}',
  version BIGINT NOT NULL DEFAULT 0,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  deleted_at DATETIME(6) NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY licence_key (tenant_id, key_hash),
  UNIQUE KEY licence_serial (tenant_id, serial),
  KEY licence_organisation (tenant_id, organisation_id),
  KEY licence_owner (tenant_id, owner_id),
  KEY licence_policy (tenant_id, policy_id),
  KEY licence_expiry (tenant_id, expires_at),
  FOREIGN KEY (tenant_id, product_id) REFERENCES product (tenant_id, id),
  FOREIGN KEY (tenant_id, policy_id) REFERENCES policy (tenant_id, id),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id),
  FOREIGN KEY (tenant_id, owner_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, group_id) REFERENCES licence_group (tenant_id, id)
);

CREATE TABLE licence_entitlement (
  tenant_id UUID NOT NULL,
  licence_id UUID NOT NULL,
  entitlement_id UUID NOT NULL,
  id UUID NOT NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, licence_id, entitlement_id),
  FOREIGN KEY (tenant_id, licence_id) REFERENCES licence (tenant_id, id),
  FOREIGN KEY (tenant_id, entitlement_id) REFERENCES entitlement (tenant_id, id)
);

-- Licensees beside the owner.
CREATE TABLE licence_user (
  tenant_id UUID NOT NULL,
  licence_id UUID NOT NULL,
  person_id UUID NOT NULL,
  id UUID NOT NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, licence_id, person_id),
  KEY licence_user_person (tenant_id, person_id),
  FOREIGN KEY (tenant_id, licence_id) REFERENCES licence (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);

CREATE TABLE machine (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  licence_id UUID NOT NULL,
  owner_id UUID NULL,
  group_id UUID NULL,
  site_id UUID NULL,
  fingerprint TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  fingerprint_hash BINARY(32) NOT NULL,
  name VARCHAR(255) NULL,
  ip VARCHAR(255) NULL,
  hostname VARCHAR(255) NULL,
  platform VARCHAR(255) NULL,
  cores BIGINT NULL,
  memory BIGINT NULL,
  disk BIGINT NULL,
  version VARCHAR(255) NULL, -- of the software on it, as last reported
  max_processes BIGINT NULL,
  last_heartbeat_at DATETIME(6) NULL,
  dead_told_at DATETIME(6) NULL, -- the event about this death is written
  last_check_out_at DATETIME(6) NULL,
  first_seen_at DATETIME(6) NOT NULL,
  last_seen_at DATETIME(6) NOT NULL,
  metadata TEXT NOT NULL DEFAULT '{}',
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY machine_fingerprint (tenant_id, licence_id, fingerprint_hash),
  KEY machine_any_fingerprint (tenant_id, fingerprint_hash),
  KEY machine_site (tenant_id, site_id),
  KEY machine_heartbeat (last_heartbeat_at),
  FOREIGN KEY (tenant_id, licence_id) REFERENCES licence (tenant_id, id),
  FOREIGN KEY (tenant_id, owner_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, group_id) REFERENCES licence_group (tenant_id, id),
  FOREIGN KEY (tenant_id, site_id) REFERENCES site (tenant_id, id)
);

CREATE TABLE component (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  licence_id UUID NOT NULL,
  machine_id UUID NOT NULL,
  fingerprint TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  fingerprint_hash BINARY(32) NOT NULL,
  name VARCHAR(255) NOT NULL,
  metadata TEXT NOT NULL DEFAULT '{}',
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY component_fingerprint (tenant_id, machine_id, fingerprint_hash),
  KEY component_any_fingerprint (tenant_id, fingerprint_hash),
  FOREIGN KEY (tenant_id, licence_id) REFERENCES licence (tenant_id, id),
  FOREIGN KEY (tenant_id, machine_id) REFERENCES machine (tenant_id, id)
);

CREATE TABLE process (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  licence_id UUID NOT NULL,
  machine_id UUID NOT NULL,
  pid TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  pid_hash BINARY(32) NOT NULL,
  last_heartbeat_at DATETIME(6) NOT NULL,
  dead_told_at DATETIME(6) NULL,
  metadata TEXT NOT NULL DEFAULT '{}',
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY process_pid (tenant_id, machine_id, pid_hash),
  KEY process_heartbeat (last_heartbeat_at),
  FOREIGN KEY (tenant_id, licence_id) REFERENCES licence (tenant_id, id),
  FOREIGN KEY (tenant_id, machine_id) REFERENCES machine (tenant_id, id)
);

-- Exactly one of person_id, product_id, licence_id is set: the token's bearer. The text is shown
-- once; the row has its HMAC-SHA-256 under the tenant's token secret.
CREATE TABLE api_token (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  kind VARCHAR(24) NOT NULL CHECK (kind IN ('admin-token', 'developer-token', 'sales-token', 'support-token', 'read-only-token', 'user-token', 'product-token', 'activation-token')),
  digest BINARY(32) NOT NULL,
  name VARCHAR(255) NULL,
  person_id UUID NULL,
  product_id UUID NULL,
  licence_id UUID NULL,
  expires_at DATETIME(6) NULL,
  max_activations BIGINT NULL,
  activations BIGINT NOT NULL DEFAULT 0,
  max_deactivations BIGINT NULL,
  deactivations BIGINT NOT NULL DEFAULT 0,
  revoked_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY api_token_digest (tenant_id, digest),
  KEY api_token_licence (tenant_id, licence_id),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, product_id) REFERENCES product (tenant_id, id),
  FOREIGN KEY (tenant_id, licence_id) REFERENCES licence (tenant_id, id)
);

-- current_slot is 1 for the key that signs and NULL for retired ones, so two nodes cannot both make
-- a first key.
CREATE TABLE signing_key (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  public_key BINARY(32) NOT NULL,
  sealed_seed VARBINARY(255) NOT NULL,
  current_slot TINYINT NULL CHECK (current_slot = 1),
  created_at DATETIME(6) NOT NULL,
  retired_at DATETIME(6) NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY signing_key_current (tenant_id, current_slot),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

-- The row that account-wide uniqueness writes first (a lock like licence.version, for the tenant).
CREATE TABLE licensing_account (
  tenant_id UUID NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL DEFAULT 0,
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

-- What the caches of the nodes must forget. Written in the transaction of the change; changed_at is
-- the database's clock, so that readers and writers agree on it.
CREATE TABLE licence_change (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  subject VARCHAR(16) NOT NULL CHECK (subject IN ('licence', 'policy', 'product', 'entitlement', 'person', 'token', 'release')),
  subject_id UUID NOT NULL,
  changed_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  KEY licence_change_at (changed_at)
);
