-- Rules in Lua: scripts, their immutable versions, which events they hear, and what each run did.

-- version_id is the one in force; it is NULL while none is. failures are those in a row.
CREATE TABLE script (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  name VARCHAR(64) NOT NULL,
  state VARCHAR(8) NOT NULL CHECK (state IN ('on', 'off')),
  version_id UUID NULL,
  failures INT NOT NULL DEFAULT 0,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY script_name (tenant_id, name),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

-- A version never changes but for its state. hash is the SHA-256 of text; header is what the text
-- returned without its function, as JSON.
CREATE TABLE script_version (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  script_id UUID NOT NULL,
  number INT NOT NULL,
  text MEDIUMTEXT NOT NULL,
  hash BINARY(32) NOT NULL,
  header MEDIUMTEXT NOT NULL,
  state VARCHAR(12) NOT NULL CHECK (state IN ('draft', 'shadow', 'active', 'retired', 'quarantined')),
  author_id UUID NULL,
  note VARCHAR(400) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY script_version_number (tenant_id, script_id, number),
  FOREIGN KEY (tenant_id, script_id) REFERENCES script (tenant_id, id)
);

CREATE TABLE script_hook (
  tenant_id UUID NOT NULL,
  version_id UUID NOT NULL,
  event VARCHAR(64) NOT NULL,
  phase VARCHAR(8) NOT NULL CHECK (phase IN ('check', 'after')),
  priority INT NOT NULL,
  PRIMARY KEY (tenant_id, version_id, event),
  KEY script_hook_event (tenant_id, event, phase, priority),
  FOREIGN KEY (tenant_id, version_id) REFERENCES script_version (tenant_id, id)
);

-- One row for each rule and event it heard: the trace, and the mark that its effects were applied,
-- written in their transaction. root_event_id and depth tell the chain of events that rules caused;
-- the events of a run's effects carry its trace.
CREATE TABLE script_run (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  script_id UUID NOT NULL,
  version_id UUID NOT NULL,
  event_id UUID NOT NULL,
  event VARCHAR(64) NOT NULL,
  subject_id UUID NOT NULL,
  root_event_id UUID NOT NULL,
  depth INT NOT NULL DEFAULT 0,
  trace CHAR(16) NOT NULL,
  state VARCHAR(8) NOT NULL CHECK (state IN ('done', 'skipped', 'failed', 'refused', 'lost', 'stopped')),
  outcome VARCHAR(16) NOT NULL DEFAULT '',
  input_hash BINARY(32) NOT NULL,
  effects MEDIUMTEXT NOT NULL DEFAULT '[]',
  lookups MEDIUMTEXT NOT NULL DEFAULT '[]',
  error VARCHAR(500) NOT NULL DEFAULT '',
  line INT NOT NULL DEFAULT 0,
  time_us BIGINT NOT NULL DEFAULT 0,
  memory_bytes BIGINT NOT NULL DEFAULT 0,
  instructions BIGINT NOT NULL DEFAULT 0,
  attempts INT NOT NULL DEFAULT 1,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY script_run_once (tenant_id, event_id, script_id),
  KEY script_run_subject (tenant_id, subject_id, id),
  KEY script_run_trace (tenant_id, trace),
  KEY script_run_chain (tenant_id, root_event_id, subject_id, script_id),
  KEY script_run_script (tenant_id, script_id, id),
  FOREIGN KEY (tenant_id, version_id) REFERENCES script_version (tenant_id, id)
);

-- Tables that staff edit and rules read: tenant.list("city_team")["Shanghai"].
CREATE TABLE tenant_list (
  tenant_id UUID NOT NULL,
  name VARCHAR(64) NOT NULL,
  item VARCHAR(100) NOT NULL,
  value VARCHAR(200) NOT NULL,
  PRIMARY KEY (tenant_id, name, item),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);
