-- How far a mailbox was read: all up to last_uid is kept here. 0: it was not looked into yet.
ALTER TABLE mail_inbox
  ADD COLUMN uid_validity BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN last_uid BIGINT NOT NULL DEFAULT 0;
