-- Many tickets changed at once: what is to be done, which tickets, and what became of each.

CREATE TABLE ticket_bulk (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  starter_id UUID NOT NULL,
  origin VARCHAR(700) NOT NULL DEFAULT '', -- the view or the search line they were chosen from
  act TEXT NOT NULL DEFAULT '{}',          -- JSON: see portal/desk/ticket_bulk_act.c
  state VARCHAR(10) NOT NULL
    CHECK (state IN ('chosen', 'ready', 'running', 'done', 'cancelled', 'stopped')),
  total BIGINT NOT NULL DEFAULT 0,
  is_cut BOOLEAN NOT NULL DEFAULT FALSE, -- there were more than one change may have
  undo_of UUID NULL,
  created_at DATETIME(6) NOT NULL,
  started_at DATETIME(6) NULL,
  ended_at DATETIME(6) NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY ticket_bulk_undo (tenant_id, undo_of),
  KEY ticket_bulk_starter (tenant_id, starter_id, id),
  KEY ticket_bulk_created (created_at),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id),
  FOREIGN KEY (tenant_id, starter_id) REFERENCES person (tenant_id, id)
);

-- was: what the change replaced, version: the ticket's when it was done, for undoing it.
CREATE TABLE ticket_bulk_row (
  tenant_id UUID NOT NULL,
  bulk_id UUID NOT NULL,
  ticket_id UUID NOT NULL,
  state VARCHAR(8) NOT NULL DEFAULT 'waiting'
    CHECK (state IN ('waiting', 'changed', 'same', 'refused', 'left')),
  reason VARCHAR(300) NOT NULL DEFAULT '',
  was TEXT NOT NULL DEFAULT '{}',
  version BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, bulk_id, ticket_id),
  KEY ticket_bulk_row_state (tenant_id, bulk_id, state, ticket_id),
  FOREIGN KEY (tenant_id, bulk_id) REFERENCES ticket_bulk (tenant_id, id) ON DELETE CASCADE
);
