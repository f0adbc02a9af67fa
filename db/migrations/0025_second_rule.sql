-- Who has to have a second step: everybody with the role, every member of the organisation.
ALTER TABLE role ADD COLUMN needs_second BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE organisation ADD COLUMN needs_second BOOLEAN NOT NULL DEFAULT FALSE;

-- When the person behind a session last showed who he is; NULL: not in this session.
ALTER TABLE session ADD COLUMN fresh_at DATETIME(6) NULL;

ALTER TABLE login_event MODIFY COLUMN outcome VARCHAR(24) NOT NULL
  CHECK (outcome IN ('ok', 'wrong', 'locked', 'disabled', 'throttled', 'logout', 'half', 'confirm'));
