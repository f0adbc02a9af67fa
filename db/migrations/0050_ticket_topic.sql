-- What a topic is, who may choose it, and what its form brings; with an article no ticket has it.
ALTER TABLE ticket_topic
  ADD COLUMN type VARCHAR(9) NOT NULL DEFAULT 'question'
    CHECK (type IN ('question', 'fault', 'feedback', 'complaint', 'repair', 'training')),
  ADD COLUMN label_zh VARCHAR(100) NOT NULL DEFAULT '',
  ADD COLUMN hint_zh VARCHAR(200) NOT NULL DEFAULT '',
  ADD COLUMN body TEXT NOT NULL DEFAULT '',            -- what the text begins with
  ADD COLUMN body_zh TEXT NOT NULL DEFAULT '',
  ADD COLUMN notice VARCHAR(500) NOT NULL DEFAULT '',  -- above the form
  ADD COLUMN notice_zh VARCHAR(500) NOT NULL DEFAULT '',
  ADD COLUMN audience VARCHAR(9) NOT NULL DEFAULT 'everybody' CHECK (audience IN ('everybody', 'staff')),
  ADD COLUMN article VARCHAR(32) NULL;

-- The level by impact and urgency; without rows their mean, rounded to the graver side.
CREATE TABLE level_matrix (
  tenant_id UUID NOT NULL,
  impact INT NOT NULL CHECK (impact BETWEEN 1 AND 4),
  urgency INT NOT NULL CHECK (urgency BETWEEN 1 AND 4),
  level INT NOT NULL CHECK (level BETWEEN 1 AND 4),
  PRIMARY KEY (tenant_id, impact, urgency),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

-- The impact that a customer's own word stands for; without a row they are the same.
CREATE TABLE level_severity (
  tenant_id UUID NOT NULL,
  severity INT NOT NULL CHECK (severity BETWEEN 1 AND 4),
  impact INT NOT NULL CHECK (impact BETWEEN 1 AND 4),
  PRIMARY KEY (tenant_id, severity),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

-- What the customer said, whatever impact and level became of it.
ALTER TABLE ticket ADD COLUMN severity INT NULL CHECK (severity BETWEEN 1 AND 4);
