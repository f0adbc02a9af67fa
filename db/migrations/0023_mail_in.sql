-- Mail that comes in. The mail itself lies below storage.path, under its SHA-256, before its row is
-- written; nothing reads it before both are there.

-- How a tenant receives mail: its address, what to do with whom, and the mailbox that is asked (host
-- '' : none; mail then comes by the spool folder or the pipe). sealed is the mailbox's password.
CREATE TABLE mail_inbox (
  tenant_id UUID NOT NULL,
  address VARCHAR(254) NOT NULL DEFAULT '',
  unknown_sender VARCHAR(8) NOT NULL DEFAULT 'tray' CHECK (unknown_sender IN ('ticket', 'tray')),
  known_sender VARCHAR(8) NOT NULL DEFAULT 'ticket' CHECK (known_sender IN ('ticket', 'tray')),
  hourly INT NOT NULL DEFAULT 30 CHECK (hourly BETWEEN 1 AND 10000), -- mails of one sender
  host VARCHAR(253) NOT NULL DEFAULT '',
  port INT NOT NULL DEFAULT 993 CHECK (port BETWEEN 1 AND 65535),
  tls VARCHAR(8) NOT NULL DEFAULT 'always' CHECK (tls IN ('always', 'starttls', 'never')),
  login VARCHAR(200) NOT NULL DEFAULT '',
  sealed VARBINARY(1000) NULL,
  folder VARCHAR(200) NOT NULL DEFAULT 'INBOX',
  done_folder VARCHAR(200) NOT NULL DEFAULT '', -- '': what was taken is marked as seen and stays
  due_at DATETIME(6) NULL, -- NULL: no mailbox; a claim moves it to the end of its lease
  lease UUID NULL,
  last_fault VARCHAR(200) NOT NULL DEFAULT '',
  checked_at DATETIME(6) NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id),
  KEY mail_inbox_due (due_at),
  KEY mail_inbox_lease (lease),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

-- state: NEW is to be read, DONE is in a ticket, PARKED waits in the tray for somebody, IGNORED was
-- put aside there or comes from an ignored sender (and can be taken back), READ was heard and calls
-- for nothing (a second copy, a report of delivery).
CREATE TABLE mail_in (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  hash CHAR(64) NOT NULL,
  bytes BIGINT NOT NULL,
  route VARCHAR(8) NOT NULL CHECK (route IN ('pipe', 'spool', 'imap')),
  state VARCHAR(8) NOT NULL DEFAULT 'NEW'
    CHECK (state IN ('NEW', 'DONE', 'PARKED', 'IGNORED', 'READ')),
  reason VARCHAR(32) NOT NULL DEFAULT '',
  sender VARCHAR(254) NOT NULL DEFAULT '',
  sender_name VARCHAR(200) NOT NULL DEFAULT '',
  subject VARCHAR(200) NOT NULL DEFAULT '',
  message_id VARCHAR(250) NOT NULL DEFAULT '',
  ticket_id UUID NULL, -- where it is, or where it seems to belong
  thread_id UUID NULL, -- the message in that ticket's thread
  attempts INT NOT NULL DEFAULT 0,
  last_fault VARCHAR(200) NOT NULL DEFAULT '',
  due_at DATETIME(6) NULL,
  lease UUID NULL,
  acted_by UUID NULL,
  acted_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY mail_in_hash (tenant_id, hash),
  KEY mail_in_stored (hash),
  KEY mail_in_due (due_at),
  KEY mail_in_lease (lease),
  KEY mail_in_state (tenant_id, state, id),
  KEY mail_in_sender (tenant_id, sender, created_at),
  KEY mail_in_message (tenant_id, message_id),
  KEY mail_in_ticket (tenant_id, ticket_id),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id),
  FOREIGN KEY (tenant_id, thread_id) REFERENCES message (tenant_id, id)
);

-- Which mails belong to which ticket. Message-IDs are compared byte by byte.
CREATE TABLE mail_thread (
  tenant_id UUID NOT NULL,
  message_id VARCHAR(250) COLLATE utf8mb4_bin NOT NULL,
  ticket_id UUID NOT NULL,
  is_ours BOOLEAN NOT NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, message_id),
  KEY mail_thread_ticket (tenant_id, ticket_id),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id)
);

-- Senders whose mails are put aside as they come.
CREATE TABLE mail_ignored (
  tenant_id UUID NOT NULL,
  address VARCHAR(254) NOT NULL,
  added_by UUID NULL,
  added_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, address),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

-- A mail that we sent and that came back.
ALTER TABLE mail_out
  ADD COLUMN bounced_at DATETIME(6) NULL,
  ADD COLUMN bounce VARCHAR(200) NOT NULL DEFAULT '';
