-- Two people, or two organisations, that were one: what belonged to the one that went is the other's.
-- merge_row has each row that changed hands, so that undoing is exact.
CREATE TABLE merge (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  kind VARCHAR(12) NOT NULL CHECK (kind IN ('person', 'organisation')),
  kept_id UUID NOT NULL,
  gone_id UUID NOT NULL,
  gone_email VARCHAR(254) NOT NULL DEFAULT '', -- a person's main address, for going back
  gone_confirmed BOOLEAN NOT NULL DEFAULT FALSE,
  merged_by UUID NULL,
  merged_at DATETIME(6) NOT NULL,
  undone_by UUID NULL,
  undone_at DATETIME(6) NULL,
  PRIMARY KEY (tenant_id, id),
  KEY merge_kept (tenant_id, kept_id),
  KEY merge_gone (tenant_id, gone_id),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

-- subject is table.column; row_key names the row within it. note: what a row had before that was
-- changed otherwise.
CREATE TABLE merge_row (
  tenant_id UUID NOT NULL,
  merge_id UUID NOT NULL,
  subject VARCHAR(64) NOT NULL,
  row_key VARCHAR(80) NOT NULL,
  from_id UUID NOT NULL,
  to_id UUID NOT NULL,
  note VARCHAR(16) NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, merge_id, subject, row_key),
  FOREIGN KEY (tenant_id, merge_id) REFERENCES merge (tenant_id, id)
);
