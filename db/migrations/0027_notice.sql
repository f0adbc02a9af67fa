-- Notices: what one person is told about one ticket or licence, on the page of notices and by mail.

-- One row for each recipient of an event. due_at: when a mail is to tell it, NULL for no mail or one
-- that is written; what is due of the same person and ticket goes into the same mail (mail_id). For
-- is_digest the same person's whole day does. person_id NULL: somebody without an account, address.
CREATE TABLE notice (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  kind VARCHAR(32) NOT NULL,
  event_id UUID NULL,
  person_id UUID NULL,
  address VARCHAR(254) NOT NULL DEFAULT '',
  ticket_id UUID NULL,
  licence_id UUID NULL,
  message_id UUID NULL,
  actor_name VARCHAR(200) NOT NULL DEFAULT '',
  data TEXT NOT NULL DEFAULT '{}',
  is_shown BOOLEAN NOT NULL,
  read_at DATETIME(6) NULL,
  is_digest BOOLEAN NOT NULL DEFAULT FALSE,
  due_at DATETIME(6) NULL,
  mail_id UUID NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  KEY notice_due (due_at),
  KEY notice_person (tenant_id, person_id, is_shown, read_at, id),
  KEY notice_pending (tenant_id, person_id, ticket_id, due_at),
  KEY notice_mail (tenant_id, mail_id),
  KEY notice_old (created_at),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id) ON DELETE CASCADE
);

-- What a person chose; a kind without a row is as portal/notice/notice_kind.c has it.
CREATE TABLE notice_choice (
  tenant_id UUID NOT NULL,
  person_id UUID NOT NULL,
  kind VARCHAR(32) NOT NULL,
  by_mail BOOLEAN NOT NULL,
  in_portal BOOLEAN NOT NULL,
  PRIMARY KEY (tenant_id, person_id, kind),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id) ON DELETE CASCADE
);

-- Hours of the person's local day; NULL: no digest, no quiet hours.
CREATE TABLE notice_habit (
  tenant_id UUID NOT NULL,
  person_id UUID NOT NULL,
  digest_hour INT NULL CHECK (digest_hour BETWEEN 0 AND 23),
  quiet_from INT NULL CHECK (quiet_from BETWEEN 0 AND 23),
  quiet_until INT NULL CHECK (quiet_until BETWEEN 0 AND 23),
  PRIMARY KEY (tenant_id, person_id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id) ON DELETE CASCADE
);

-- Addresses without an account that want no mails about tickets.
CREATE TABLE mail_stop (
  tenant_id UUID NOT NULL,
  address VARCHAR(254) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, address),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

-- How a tenant sends; without a row as the installation does, and after two minutes.
CREATE TABLE mail_setting (
  tenant_id UUID NOT NULL PRIMARY KEY,
  sender_name VARCHAR(100) NOT NULL DEFAULT '',
  sender_address VARCHAR(254) NOT NULL DEFAULT '',
  window_seconds INT NOT NULL DEFAULT 120 CHECK (window_seconds BETWEEN 0 AND 3600),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

-- A tenant's own words. fault: why the shipped ones were sent instead, last time.
CREATE TABLE mail_template (
  tenant_id UUID NOT NULL,
  kind VARCHAR(32) NOT NULL,
  language VARCHAR(8) NOT NULL,
  subject VARCHAR(255) NOT NULL,
  body TEXT NOT NULL,
  fault VARCHAR(200) NOT NULL DEFAULT '',
  updated_by UUID NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, kind, language),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

-- is_rich: what is sealed is a JSON object with text, HTML and headers, not plain text. Mails about
-- a ticket stay on its page longer than others are kept.
ALTER TABLE mail_out
  ADD COLUMN ticket_id UUID NULL,
  ADD COLUMN from_address VARCHAR(254) NOT NULL DEFAULT '',
  ADD COLUMN is_rich BOOLEAN NOT NULL DEFAULT FALSE,
  ADD COLUMN opened_at DATETIME(6) NULL,
  ADD KEY mail_out_ticket (tenant_id, ticket_id, id),
  ADD KEY mail_out_purge (ticket_id, created_at);
