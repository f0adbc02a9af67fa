-- Tickets: what customers ask, what is answered, and who follows it.
-- licence_id, product_id and machine_id have no foreign key: a licence may be deleted through the
-- licensing protocol while the tickets about it stay.

-- Own topics of a tenant; one without rows has the defaults of portal/desk/ticket_topic.c.
CREATE TABLE ticket_topic (
  tenant_id UUID NOT NULL,
  code VARCHAR(32) NOT NULL,
  label VARCHAR(100) NOT NULL,
  hint VARCHAR(200) NOT NULL DEFAULT '',
  icon VARCHAR(32) NOT NULL DEFAULT '',
  level INT NOT NULL DEFAULT 3 CHECK (level BETWEEN 1 AND 4),
  position INT NOT NULL DEFAULT 0,
  is_active BOOLEAN NOT NULL DEFAULT TRUE,
  PRIMARY KEY (tenant_id, code),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

-- Own states of a tenant; one without rows has the defaults of portal/desk/ticket_status.c. Which
-- state may follow which depends on the categories and on the side (see there).
CREATE TABLE ticket_status (
  tenant_id UUID NOT NULL,
  code VARCHAR(32) NOT NULL,
  category VARCHAR(8) NOT NULL CHECK (category IN ('open', 'waiting', 'solved', 'closed')),
  staff_label VARCHAR(100) NOT NULL,
  customer_label VARCHAR(100) NOT NULL,
  position INT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, code),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

-- The promise: an answer within so many minutes, by level. Without a row nothing is promised.
CREATE TABLE sla (
  tenant_id UUID NOT NULL,
  level INT NOT NULL CHECK (level BETWEEN 1 AND 4),
  answer_minutes INT NOT NULL CHECK (answer_minutes > 0),
  PRIMARY KEY (tenant_id, level),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

-- Who met the problem: not always somebody with an account.
CREATE TABLE reporter (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  organisation_id UUID NULL,
  person_id UUID NULL,
  name VARCHAR(200) NOT NULL,
  phone VARCHAR(64) NOT NULL DEFAULT '',
  email VARCHAR(254) NOT NULL DEFAULT '',
  store VARCHAR(200) NOT NULL DEFAULT '',
  address VARCHAR(400) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  KEY reporter_email (tenant_id, email),
  KEY reporter_phone (tenant_id, phone),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);

CREATE TABLE ticket (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  number VARCHAR(40) NOT NULL,
  organisation_id UUID NULL,
  site_id UUID NULL,
  person_id UUID NULL,
  reporter_id UUID NULL,
  source VARCHAR(8) NOT NULL CHECK (source IN ('portal', 'desk', 'mail', 'api', 'program')),
  subject VARCHAR(200) NOT NULL,
  topic VARCHAR(32) NOT NULL,
  product_id UUID NULL,
  product_version VARCHAR(64) NOT NULL DEFAULT '',
  licence_id UUID NULL,
  machine_id UUID NULL,
  status VARCHAR(32) NOT NULL,
  category VARCHAR(8) NOT NULL CHECK (category IN ('open', 'waiting', 'solved', 'closed')),
  level INT NOT NULL CHECK (level BETWEEN 1 AND 4),
  impact INT NOT NULL DEFAULT 3 CHECK (impact BETWEEN 1 AND 4),
  urgency INT NOT NULL DEFAULT 3 CHECK (urgency BETWEEN 1 AND 4),
  team_id UUID NULL,
  assignee_id UUID NULL,
  city VARCHAR(100) NOT NULL DEFAULT '',
  store VARCHAR(200) NOT NULL DEFAULT '',
  needs_review BOOLEAN NOT NULL DEFAULT FALSE,
  filed TEXT NOT NULL DEFAULT '{}', -- JSON: what the licence allowed when the ticket was filed
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  first_answer_at DATETIME(6) NULL,
  resolved_at DATETIME(6) NULL,
  closed_at DATETIME(6) NULL,
  asked_at DATETIME(6) NULL,
  due_at DATETIME(6) NULL,
  version BIGINT NOT NULL DEFAULT 1,
  request_key VARCHAR(64) NULL,
  deleted_at DATETIME(6) NULL,
  deleted_by UUID NULL,
  -- What is still to be done, and by when: the order of the queues. No promise sorts last.
  is_active BOOLEAN AS (category IN ('open', 'waiting') AND deleted_at IS NULL) PERSISTENT,
  due_key DATETIME(6) AS (COALESCE(due_at, '9999-12-31 00:00:00')) PERSISTENT,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY ticket_number (tenant_id, number),
  UNIQUE KEY ticket_request (tenant_id, person_id, request_key),
  KEY ticket_organisation (tenant_id, organisation_id, updated_at, id),
  KEY ticket_organisation_category (tenant_id, organisation_id, category, updated_at, id, deleted_at),
  KEY ticket_person (tenant_id, person_id, updated_at, id),
  KEY ticket_due (tenant_id, is_active, due_key, id),
  KEY ticket_assignee_due (tenant_id, assignee_id, is_active, due_key, id, category),
  KEY ticket_team_due (tenant_id, team_id, is_active, due_key, id),
  KEY ticket_review_due (tenant_id, needs_review, due_key, id),
  KEY ticket_category (tenant_id, category, updated_at, id),
  KEY ticket_licence (tenant_id, licence_id),
  KEY ticket_site (tenant_id, site_id),
  KEY ticket_reporter (tenant_id, reporter_id),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id),
  FOREIGN KEY (tenant_id, site_id) REFERENCES site (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, reporter_id) REFERENCES reporter (tenant_id, id),
  FOREIGN KEY (tenant_id, team_id) REFERENCES team (tenant_id, id),
  FOREIGN KEY (tenant_id, assignee_id) REFERENCES person (tenant_id, id)
);

-- The thread: public replies, internal notes, and lines that tell what changed (kind 'event', what
-- is in data). The table itself refuses a note that a customer could read.
CREATE TABLE message (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  ticket_id UUID NOT NULL,
  kind VARCHAR(8) NOT NULL CHECK (kind IN ('reply', 'note', 'event')),
  is_public BOOLEAN NOT NULL,
  author VARCHAR(8) NOT NULL CHECK (author IN ('customer', 'staff', 'script', 'system')),
  author_id UUID NULL,
  author_name VARCHAR(200) NOT NULL DEFAULT '',
  source VARCHAR(8) NOT NULL CHECK (source IN ('portal', 'desk', 'mail', 'api', 'program', 'rule')),
  body MEDIUMTEXT NOT NULL,
  data TEXT NOT NULL DEFAULT '{}',
  request_key VARCHAR(64) NULL, -- of the form: the same one writes once
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY message_request (tenant_id, ticket_id, request_key),
  KEY message_ticket (tenant_id, ticket_id, id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id),
  CONSTRAINT message_note_internal CHECK (kind <> 'note' OR is_public = FALSE)
);

-- People beside the one who filed: they see the ticket, and answer when can_reply.
CREATE TABLE participant (
  tenant_id UUID NOT NULL,
  ticket_id UUID NOT NULL,
  person_id UUID NOT NULL,
  can_reply BOOLEAN NOT NULL DEFAULT TRUE,
  added_by UUID NULL,
  added_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id, person_id),
  KEY participant_person (tenant_id, person_id, ticket_id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);

CREATE TABLE ticket_tag (
  tenant_id UUID NOT NULL,
  ticket_id UUID NOT NULL,
  tag VARCHAR(64) NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id, tag),
  KEY ticket_tag_tag (tenant_id, tag, ticket_id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id)
);

CREATE TABLE ticket_link (
  tenant_id UUID NOT NULL,
  ticket_id UUID NOT NULL,
  other_id UUID NOT NULL,
  kind VARCHAR(12) NOT NULL CHECK (kind IN ('duplicate', 'blocks', 'parent', 'related')),
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id, other_id, kind),
  KEY ticket_link_other (tenant_id, other_id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id),
  FOREIGN KEY (tenant_id, other_id) REFERENCES ticket (tenant_id, id)
);

-- The bytes lie in storage.path under their SHA-256, once for each content.
CREATE TABLE attachment (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  ticket_id UUID NOT NULL,
  message_id UUID NOT NULL,
  hash CHAR(64) NOT NULL,
  name VARCHAR(200) NOT NULL,
  type VARCHAR(100) NOT NULL,
  bytes BIGINT NOT NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  KEY attachment_ticket (tenant_id, ticket_id, id),
  KEY attachment_hash (tenant_id, hash),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id),
  FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
);

-- Words of subjects (Chinese: pairs of characters), folded: for search by word.
CREATE TABLE ticket_term (
  tenant_id UUID NOT NULL,
  term VARCHAR(64) NOT NULL,
  ticket_id UUID NOT NULL,
  PRIMARY KEY (tenant_id, term, ticket_id),
  KEY ticket_term_ticket (tenant_id, ticket_id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id)
);
