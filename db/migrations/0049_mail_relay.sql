-- A tenant's own mail server for what it sends, and a mailbox that can be paused. is_guarded: staff
-- named the server, so only addresses of the public internet are connected to.

ALTER TABLE mail_setting
  ADD COLUMN relay_host VARCHAR(253) NOT NULL DEFAULT '', -- '': the installation's
  ADD COLUMN relay_port INT NOT NULL DEFAULT 587 CHECK (relay_port BETWEEN 1 AND 65535),
  ADD COLUMN relay_tls VARCHAR(8) NOT NULL DEFAULT 'starttls'
    CHECK (relay_tls IN ('always', 'starttls', 'never')),
  ADD COLUMN relay_user VARCHAR(200) NOT NULL DEFAULT '',
  ADD COLUMN relay_sealed VARBINARY(1000) NULL;

ALTER TABLE mail_inbox
  ADD COLUMN is_paused BOOLEAN NOT NULL DEFAULT FALSE,
  ADD COLUMN is_guarded BOOLEAN NOT NULL DEFAULT FALSE;
