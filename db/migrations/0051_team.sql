-- Teams that give their tickets out by themselves, what their people know, and when these are away.
ALTER TABLE team
  ADD COLUMN lead_id UUID NULL,
  ADD COLUMN assign_by VARCHAR(8) NOT NULL DEFAULT 'none' CHECK (assign_by IN ('none', 'turn', 'load')),
  ADD COLUMN by_skill BOOLEAN NOT NULL DEFAULT FALSE,   -- first those who have the ticket's topic or a tag
  ADD COLUMN by_product BOOLEAN NOT NULL DEFAULT FALSE, -- first those who know its product
  ADD COLUMN turn BIGINT NOT NULL DEFAULT 0, -- how many were given out, its row queues up who does it
  ADD FOREIGN KEY (tenant_id, lead_id) REFERENCES person (tenant_id, id);

ALTER TABLE staff_member
  ADD COLUMN last_turn BIGINT NOT NULL DEFAULT 0, -- the team's turn when he was given one last
  ADD COLUMN takes BOOLEAN NOT NULL DEFAULT TRUE;

-- Folded words that a topic's code or a ticket's tag is compared with.
CREATE TABLE staff_skill (
  tenant_id UUID NOT NULL,
  person_id UUID NOT NULL,
  skill VARCHAR(64) NOT NULL,
  PRIMARY KEY (tenant_id, person_id, skill),
  FOREIGN KEY (tenant_id, person_id) REFERENCES staff_member (tenant_id, person_id) ON DELETE CASCADE
);

CREATE TABLE staff_product (
  tenant_id UUID NOT NULL,
  person_id UUID NOT NULL,
  product_id UUID NOT NULL,
  PRIMARY KEY (tenant_id, person_id, product_id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES staff_member (tenant_id, person_id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, product_id) REFERENCES product (tenant_id, id) ON DELETE CASCADE
);

-- Days of the tenant's zone on which somebody is away, both included, and who stands in.
CREATE TABLE staff_leave (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  person_id UUID NOT NULL,
  from_on DATE NOT NULL,
  to_on DATE NOT NULL,
  note VARCHAR(200) NOT NULL DEFAULT '',
  substitute_id UUID NULL,
  created_by UUID NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  KEY staff_leave_person (tenant_id, person_id, to_on),
  KEY staff_leave_days (tenant_id, to_on, from_on),
  FOREIGN KEY (tenant_id, person_id) REFERENCES staff_member (tenant_id, person_id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, substitute_id) REFERENCES person (tenant_id, id),
  CHECK (from_on <= to_on)
);
