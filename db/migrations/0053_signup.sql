-- Who may make an account himself, and whether staff decide about each.
ALTER TABLE sign_in_rule ADD COLUMN signup_mode VARCHAR(8) NOT NULL DEFAULT 'invited'
  CHECK (signup_mode IN ('off', 'invited', 'domain', 'open'));
ALTER TABLE sign_in_rule ADD COLUMN signup_approves BOOLEAN NOT NULL DEFAULT TRUE;

-- Addresses that asked for an account: there is no person before the mail's link was followed.
CREATE TABLE signup (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  email VARCHAR(254) NOT NULL,
  token_hash BINARY(32) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  used_at DATETIME(6) NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY signup_token (tenant_id, token_hash),
  KEY signup_email (tenant_id, email, created_at),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

-- Mail domains that staff know to be an organisation's. Those that an organisation has shown to be
-- its own for its sign-on provider (oidc_domain) count as well.
CREATE TABLE signup_domain (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  organisation_id UUID NOT NULL,
  domain VARCHAR(253) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY signup_domain_domain (tenant_id, domain),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id)
);

-- People who belong to no organisation until staff decide.
CREATE TABLE signup_wait (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  person_id UUID NOT NULL,
  organisation_id UUID NULL, -- whose mail domain the address has; then: where he was accepted
  organisation_name VARCHAR(200) COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT '', -- his own words
  note VARCHAR(1000) NOT NULL DEFAULT '',
  state VARCHAR(8) NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'accepted', 'declined')),
  created_at DATETIME(6) NOT NULL,
  decided_by UUID NULL,
  decided_at DATETIME(6) NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY signup_wait_person (tenant_id, person_id),
  KEY signup_wait_state (tenant_id, state, created_at),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id)
);
