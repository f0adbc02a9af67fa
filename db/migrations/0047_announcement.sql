-- Announcements: what a tenant tells many people at once, who it is for, and who has read it.
CREATE TABLE announcement (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  audience VARCHAR(16) NOT NULL
    CHECK (audience IN ('everybody', 'customers', 'organisations', 'product', 'staff')),
  product_id UUID NULL,
  is_outage BOOLEAN NOT NULL DEFAULT FALSE,
  topic VARCHAR(32) NOT NULL DEFAULT '', -- an outage stands above the form of this one; '': of all
  by_mail BOOLEAN NOT NULL DEFAULT FALSE,
  is_published BOOLEAN NOT NULL DEFAULT FALSE,
  show_from DATETIME(6) NOT NULL,
  show_until DATETIME(6) NULL,
  told_at DATETIME(6) NULL,   -- everybody of the audience has been told
  told_after UUID NULL,       -- the last person who has, while it goes on
  version BIGINT NOT NULL DEFAULT 1,
  created_by UUID NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  deleted_at DATETIME(6) NULL,
  deleted_by UUID NULL,
  PRIMARY KEY (tenant_id, id),
  KEY announcement_shown (tenant_id, is_published, show_from),
  KEY announcement_untold (tenant_id, told_at, show_from),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id),
  FOREIGN KEY (tenant_id, product_id) REFERENCES product (tenant_id, id)
);

CREATE TABLE announcement_text (
  tenant_id UUID NOT NULL,
  announcement_id UUID NOT NULL,
  language VARCHAR(8) NOT NULL,
  title VARCHAR(200) NOT NULL,
  body TEXT NOT NULL, -- Markdown
  PRIMARY KEY (tenant_id, announcement_id, language),
  FOREIGN KEY (tenant_id, announcement_id) REFERENCES announcement (tenant_id, id)
);

CREATE TABLE announcement_organisation (
  tenant_id UUID NOT NULL,
  announcement_id UUID NOT NULL,
  organisation_id UUID NOT NULL,
  PRIMARY KEY (tenant_id, announcement_id, organisation_id),
  FOREIGN KEY (tenant_id, announcement_id) REFERENCES announcement (tenant_id, id),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE announcement_receipt (
  tenant_id UUID NOT NULL,
  announcement_id UUID NOT NULL,
  person_id UUID NOT NULL,
  read_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, announcement_id, person_id),
  KEY announcement_receipt_person (tenant_id, person_id),
  FOREIGN KEY (tenant_id, announcement_id) REFERENCES announcement (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id) ON DELETE CASCADE
);
