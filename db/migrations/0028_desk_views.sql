-- Views that the desk's people save: a search line with a name, an order, and who has it.

CREATE TABLE saved_view (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  name VARCHAR(60) COLLATE utf8mb4_unicode_520_ci NOT NULL,
  query VARCHAR(600) NOT NULL,
  sort VARCHAR(8) NOT NULL CHECK (sort IN ('due', 'updated', 'created')),
  scope VARCHAR(8) NOT NULL CHECK (scope IN ('own', 'team', 'all')),
  owner_id UUID NOT NULL,
  team_id UUID NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  KEY saved_view_owner (tenant_id, owner_id),
  KEY saved_view_scope (tenant_id, scope, team_id),
  FOREIGN KEY (tenant_id, owner_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, team_id) REFERENCES team (tenant_id, id),
  CHECK ((scope = 'team') = (team_id IS NOT NULL))
);

-- Who has which of them beside his queues.
CREATE TABLE saved_view_pin (
  tenant_id UUID NOT NULL,
  person_id UUID NOT NULL,
  view_id UUID NOT NULL,
  pinned_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, person_id, view_id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, view_id) REFERENCES saved_view (tenant_id, id) ON DELETE CASCADE
);

-- A view in the order of changes reads no more than its page.
ALTER TABLE ticket ADD KEY ticket_updated (tenant_id, updated_at, id);
