-- What people may see and change of their own data, field by field (portal/account/profile_field.c
-- has the fields and what holds without a row), and changes that wait for staff.
ALTER TABLE person ADD COLUMN home_address VARCHAR(400) NOT NULL DEFAULT '';

CREATE TABLE profile_right (
  tenant_id UUID NOT NULL,
  field VARCHAR(32) NOT NULL,
  level VARCHAR(8) NOT NULL CHECK (level IN ('off', 'hidden', 'read', 'propose', 'edit')),
  PRIMARY KEY (tenant_id, field),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

-- A value that somebody has proposed for himself (person_id, and the organisation he worked for then)
-- or for his organisation (organisation_id alone).
CREATE TABLE profile_proposal (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  field VARCHAR(32) NOT NULL,
  person_id UUID NULL,
  organisation_id UUID NULL,
  old_value VARCHAR(400) NOT NULL,
  new_value VARCHAR(400) NOT NULL,
  state VARCHAR(9) NOT NULL CHECK (state IN ('waiting', 'accepted', 'declined', 'withdrawn')),
  proposed_by UUID NOT NULL,
  proposed_at DATETIME(6) NOT NULL,
  decided_by UUID NULL,
  decided_at DATETIME(6) NULL,
  reason VARCHAR(400) NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, id),
  KEY profile_proposal_state (tenant_id, state, proposed_at),
  KEY profile_proposal_person (tenant_id, person_id),
  KEY profile_proposal_organisation (tenant_id, organisation_id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id),
  FOREIGN KEY (tenant_id, proposed_by) REFERENCES person (tenant_id, id) ON DELETE CASCADE
);

-- Sealed with the master key; a tenant that has the field off keeps none.
CREATE TABLE person_sensitive (
  tenant_id UUID NOT NULL,
  person_id UUID NOT NULL,
  birth_date VARBINARY(255) NULL,
  identity_number VARBINARY(255) NULL,
  PRIMARY KEY (tenant_id, person_id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id) ON DELETE CASCADE
);
