-- Lists of licences are in the order of creation, and ids that clients give are in none.
ALTER TABLE licence ADD KEY licence_created (tenant_id, created_at, id);

-- When each notice about a date went out last: once a day at most.
ALTER TABLE licence
  ADD COLUMN expiring_told_at DATETIME(6) NULL,
  ADD COLUMN expired_told_at DATETIME(6) NULL,
  ADD COLUMN check_in_told_at DATETIME(6) NULL,
  ADD COLUMN overdue_told_at DATETIME(6) NULL;
