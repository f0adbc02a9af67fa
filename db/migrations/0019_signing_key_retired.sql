-- An older key's seed is destroyed when another takes its place: it never signs again. withdrawn_at
-- is set when clients shall not trust what it signed any longer.

ALTER TABLE signing_key ADD COLUMN withdrawn_at DATETIME(6) NULL;
