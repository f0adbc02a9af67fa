-- Fields that a tenant adds to its records, and the lists that they choose from.
CREATE TABLE option_list (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  code VARCHAR(32) NOT NULL,
  label VARCHAR(100) NOT NULL,
  label_zh VARCHAR(100) NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY option_list_code (tenant_id, code),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

-- A retired value stays with the records that have it; nobody chooses it any more.
CREATE TABLE option_value (
  tenant_id UUID NOT NULL,
  list_id UUID NOT NULL,
  code VARCHAR(32) NOT NULL,
  label VARCHAR(100) NOT NULL,
  label_zh VARCHAR(100) NOT NULL DEFAULT '',
  position INT NOT NULL,
  is_retired BOOLEAN NOT NULL DEFAULT FALSE,
  PRIMARY KEY (tenant_id, list_id, code),
  FOREIGN KEY (tenant_id, list_id) REFERENCES option_list (tenant_id, id)
);

CREATE TABLE custom_field (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  subject VARCHAR(12) NOT NULL CHECK (subject IN ('ticket', 'organisation', 'person', 'order', 'licence')),
  code VARCHAR(32) NOT NULL,
  label VARCHAR(100) NOT NULL,
  label_zh VARCHAR(100) NOT NULL DEFAULT '',
  hint VARCHAR(300) NOT NULL DEFAULT '',
  hint_zh VARCHAR(300) NOT NULL DEFAULT '',
  kind VARCHAR(8) NOT NULL CHECK (kind IN ('text', 'lines', 'number', 'date', 'yes', 'choice', 'choices')),
  list_id UUID NULL,
  is_required BOOLEAN NOT NULL DEFAULT FALSE,
  access VARCHAR(8) NOT NULL DEFAULT 'none' CHECK (access IN ('none', 'read', 'write')), -- of customers
  is_listed BOOLEAN NOT NULL DEFAULT FALSE, -- shown in lists
  position INT NOT NULL DEFAULT 0,
  is_retired BOOLEAN NOT NULL DEFAULT FALSE,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY custom_field_code (tenant_id, subject, code),
  KEY custom_field_list (tenant_id, list_id),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id),
  FOREIGN KEY (tenant_id, list_id) REFERENCES option_list (tenant_id, id),
  CONSTRAINT custom_field_has_list CHECK ((kind IN ('choice', 'choices')) = (list_id IS NOT NULL))
);

-- The topics whose tickets have the field; without rows all have it.
CREATE TABLE custom_field_topic (
  tenant_id UUID NOT NULL,
  field_id UUID NOT NULL,
  topic VARCHAR(32) NOT NULL,
  PRIMARY KEY (tenant_id, field_id, topic),
  FOREIGN KEY (tenant_id, field_id) REFERENCES custom_field (tenant_id, id)
);

-- When a field is shown, and when it has to be filled in: all rows of one effect together.
CREATE TABLE custom_field_rule (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  field_id UUID NOT NULL,
  effect VARCHAR(8) NOT NULL CHECK (effect IN ('show', 'require')),
  position INT NOT NULL,
  looks_at VARCHAR(8) NOT NULL CHECK (looks_at IN ('topic', 'level', 'status', 'field')),
  other_id UUID NULL, -- the other field
  test VARCHAR(8) NOT NULL CHECK (test IN ('is', 'is_not', 'filled', 'empty', 'least', 'most')),
  value VARCHAR(400) NOT NULL DEFAULT '', -- a line each: any of them
  PRIMARY KEY (tenant_id, id),
  KEY custom_field_rule_field (tenant_id, field_id, position),
  FOREIGN KEY (tenant_id, field_id) REFERENCES custom_field (tenant_id, id),
  FOREIGN KEY (tenant_id, other_id) REFERENCES custom_field (tenant_id, id),
  CONSTRAINT custom_field_rule_other CHECK ((looks_at = 'field') = (other_id IS NOT NULL))
);

-- What was filled in: a row for each value of a record's field. word is what searches compare, amount
-- a number in ten-thousandths or a day counted from 1970.
CREATE TABLE custom_value (
  tenant_id UUID NOT NULL,
  subject_id UUID NOT NULL, -- the ticket, organisation, person, order or licence
  field_id UUID NOT NULL,
  position INT NOT NULL,
  value TEXT NOT NULL,
  word VARCHAR(100) NOT NULL,
  amount BIGINT NULL,
  PRIMARY KEY (tenant_id, subject_id, field_id, position),
  KEY custom_value_word (tenant_id, field_id, word, subject_id),
  KEY custom_value_amount (tenant_id, field_id, amount, subject_id),
  FOREIGN KEY (tenant_id, field_id) REFERENCES custom_field (tenant_id, id)
);

ALTER TABLE ticket ADD COLUMN fields_missing BOOLEAN NOT NULL DEFAULT FALSE;
