-- Whoever asked can take the question back; the opinion is then the reason.
ALTER TABLE approval MODIFY state VARCHAR(12) NOT NULL DEFAULT 'waiting'
  CHECK (state IN ('waiting', 'approved', 'refused', 'expired', 'withdrawn'));
