-- Texts that the desk uses again and again, and what is set when one is sent.

CREATE TABLE macro (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  name VARCHAR(60) COLLATE utf8mb4_unicode_520_ci NOT NULL,
  language VARCHAR(8) NOT NULL DEFAULT '', -- of the text; '': any
  body TEXT NOT NULL,                      -- '': only sets
  is_note BOOLEAN NOT NULL DEFAULT FALSE,
  status VARCHAR(32) NOT NULL DEFAULT '',  -- '': stays
  level INT NULL CHECK (level BETWEEN 1 AND 4),
  takes_it BOOLEAN NOT NULL DEFAULT FALSE, -- assigns whoever uses it
  tag VARCHAR(64) NOT NULL DEFAULT '',
  scope VARCHAR(8) NOT NULL CHECK (scope IN ('own', 'team', 'all')),
  owner_id UUID NOT NULL,
  team_id UUID NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  KEY macro_owner (tenant_id, owner_id),
  KEY macro_scope (tenant_id, scope, team_id),
  FOREIGN KEY (tenant_id, owner_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, team_id) REFERENCES team (tenant_id, id),
  CHECK ((scope = 'team') = (team_id IS NOT NULL))
);
