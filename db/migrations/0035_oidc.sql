-- Signing in by an OpenID provider: the tenant's own (organisation_id NULL) or one that an
-- organisation looks after itself. Claims count only for addresses under a domain that is shown to
-- be the provider's.
CREATE TABLE oidc_provider (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  organisation_id UUID NULL,
  audience VARCHAR(8) NOT NULL DEFAULT 'customer' CHECK (audience IN ('staff', 'customer', 'both')),
  name VARCHAR(100) COLLATE utf8mb4_unicode_520_ci NOT NULL,
  issuer VARCHAR(500) NOT NULL,
  client_id VARCHAR(255) NOT NULL,
  client_secret VARBINARY(1000) NOT NULL DEFAULT '', -- sealed; '' is a public client
  joins BOOLEAN NOT NULL DEFAULT FALSE, -- whoever is unknown gets an account
  is_enabled BOOLEAN NOT NULL DEFAULT TRUE,
  metadata MEDIUMTEXT NULL, -- what the provider says of itself, and its keys, as they were fetched
  metadata_at DATETIME(6) NULL,
  key_set MEDIUMTEXT NULL,
  key_set_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  KEY oidc_provider_organisation (tenant_id, organisation_id),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id)
);

-- proven: the domain once more as soon as it is shown to be theirs, so that it is one provider's.
CREATE TABLE oidc_domain (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  provider_id UUID NOT NULL,
  domain VARCHAR(253) NOT NULL,
  challenge CHAR(32) NOT NULL,
  proven VARCHAR(253) NULL,
  proven_how VARCHAR(8) NULL CHECK (proven_how IN ('dns', 'staff')),
  proven_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY oidc_domain_once (tenant_id, provider_id, domain),
  UNIQUE KEY oidc_domain_proven (tenant_id, proven),
  FOREIGN KEY (tenant_id, provider_id) REFERENCES oidc_provider (tenant_id, id) ON DELETE CASCADE
);

-- A sign-in on its way: what the answer has to fit. Taken once, whatever comes of it.
CREATE TABLE oidc_login (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  provider_id UUID NOT NULL,
  state_hash BINARY(32) NOT NULL,
  browser_hash BINARY(32) NOT NULL,
  nonce CHAR(43) NOT NULL,
  verifier CHAR(43) NOT NULL,
  next_path VARCHAR(1000) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY oidc_login_state (tenant_id, state_hash),
  KEY oidc_login_expiry (tenant_id, expires_at),
  FOREIGN KEY (tenant_id, provider_id) REFERENCES oidc_provider (tenant_id, id) ON DELETE CASCADE
);

-- Who somebody is at a provider: the digest of issuer and subject.
CREATE TABLE oidc_link (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  provider_id UUID NOT NULL,
  subject_hash BINARY(32) NOT NULL,
  person_id UUID NOT NULL,
  created_at DATETIME(6) NOT NULL,
  used_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY oidc_link_subject (tenant_id, provider_id, subject_hash),
  KEY oidc_link_person (tenant_id, person_id),
  FOREIGN KEY (tenant_id, provider_id) REFERENCES oidc_provider (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id) ON DELETE CASCADE
);
