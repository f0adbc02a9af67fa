-- What a member may see but not act on: bits as of RIGHT_TICKET_OWN to RIGHT_ADMIN (db/viewer.h).
ALTER TABLE membership ADD COLUMN reads_only BIGINT NOT NULL DEFAULT 0 CHECK (reads_only BETWEEN 0 AND 63);
