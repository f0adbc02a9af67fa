-- Merged tickets: the thread of one moves to the other, the old number leads there, and for some
-- days both can be had back as they were.

ALTER TABLE ticket
  ADD COLUMN merged_into UUID NULL,
  ADD KEY ticket_merged (tenant_id, merged_into);

-- home_id: the ticket that a message was taken from by a merge, or was written to after it. Its
-- request_key waits in home_key meanwhile, since the other thread may have the same one.
ALTER TABLE message
  ADD COLUMN home_id UUID NULL,
  ADD COLUMN home_key VARCHAR(64) NULL,
  ADD KEY message_home (tenant_id, home_id, id);

-- merge_id: the merge that brought it, and that takes it away again when it is undone.
ALTER TABLE participant ADD COLUMN merge_id UUID NULL;
ALTER TABLE ticket_tag ADD COLUMN merge_id UUID NULL;
ALTER TABLE ticket_link ADD COLUMN merge_id UUID NULL;

-- was_*: the columns of the ticket that was merged, set_*: what the other one's became.
CREATE TABLE ticket_merge (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  source_id UUID NOT NULL,
  target_id UUID NOT NULL,
  line_id UUID NOT NULL, -- the thread's line that tells it
  merged_by UUID NULL,
  merged_at DATETIME(6) NOT NULL,
  undone_at DATETIME(6) NULL,
  undone_by UUID NULL,
  was_status VARCHAR(32) NOT NULL,
  was_category VARCHAR(8) NOT NULL,
  was_resolved_at DATETIME(6) NULL,
  was_closed_at DATETIME(6) NULL,
  was_asked_at DATETIME(6) NULL,
  was_due_at DATETIME(6) NULL,
  was_solve_spent BIGINT NOT NULL,
  was_solve_since DATETIME(6) NULL,
  was_solve_due_at DATETIME(6) NULL,
  was_status_at DATETIME(6) NULL,
  was_updated_at DATETIME(6) NOT NULL,
  target_updated_at DATETIME(6) NOT NULL,
  target_asked_at DATETIME(6) NULL,
  target_due_at DATETIME(6) NULL,
  set_asked_at DATETIME(6) NULL,
  set_due_at DATETIME(6) NULL,
  PRIMARY KEY (tenant_id, id),
  KEY ticket_merge_source (tenant_id, source_id, id),
  KEY ticket_merge_target (tenant_id, target_id, id),
  FOREIGN KEY (tenant_id, source_id) REFERENCES ticket (tenant_id, id),
  FOREIGN KEY (tenant_id, target_id) REFERENCES ticket (tenant_id, id)
);
