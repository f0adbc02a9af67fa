-- Customers and what they bought. Names are searched and sorted without regard to case. (ORDER is a word of SQL: the tables are sales_order, sales_order_line.)

CREATE TABLE organisation (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  code VARCHAR(32) COLLATE utf8mb4_unicode_520_ci NOT NULL,
  name VARCHAR(200) COLLATE utf8mb4_unicode_520_ci NOT NULL,
  category VARCHAR(64) NOT NULL DEFAULT '',
  status VARCHAR(16) NOT NULL DEFAULT 'active' CHECK (status IN ('prospect', 'active', 'dormant', 'lost')),
  importance INT NOT NULL DEFAULT 3,
  owner_id UUID NULL,
  phone VARCHAR(64) NOT NULL DEFAULT '',
  email VARCHAR(254) NOT NULL DEFAULT '',
  address VARCHAR(400) NOT NULL DEFAULT '',
  city VARCHAR(100) COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
  country CHAR(2) NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  deleted_at DATETIME(6) NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY organisation_code (tenant_id, code),
  KEY organisation_name (tenant_id, name),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id),
  FOREIGN KEY (tenant_id, owner_id) REFERENCES person (tenant_id, id)
);

CREATE TABLE site (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  organisation_id UUID NOT NULL,
  name VARCHAR(200) COLLATE utf8mb4_unicode_520_ci NOT NULL,
  city VARCHAR(100) NOT NULL,
  address VARCHAR(400) NOT NULL DEFAULT '',
  phone VARCHAR(64) NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY site_name (tenant_id, organisation_id, name),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id)
);

CREATE TABLE membership (
  tenant_id UUID NOT NULL,
  person_id UUID NOT NULL,
  organisation_id UUID NOT NULL,
  site_id UUID NULL,
  position VARCHAR(100) NOT NULL DEFAULT '',
  can_ticket_own BOOLEAN NOT NULL DEFAULT TRUE,
  can_ticket_all BOOLEAN NOT NULL DEFAULT FALSE,
  can_order BOOLEAN NOT NULL DEFAULT FALSE,
  can_licence BOOLEAN NOT NULL DEFAULT FALSE,
  can_billing BOOLEAN NOT NULL DEFAULT FALSE,
  can_admin BOOLEAN NOT NULL DEFAULT FALSE,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, person_id, organisation_id),
  KEY membership_organisation (tenant_id, organisation_id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id),
  FOREIGN KEY (tenant_id, site_id) REFERENCES site (tenant_id, id)
);

CREATE TABLE contract (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  organisation_id UUID NOT NULL,
  number VARCHAR(40) NOT NULL,
  title VARCHAR(200) NOT NULL,
  party_a VARCHAR(200) NOT NULL,
  party_b VARCHAR(200) NOT NULL,
  signed_on DATE NULL,
  starts_on DATE NULL,
  ends_on DATE NULL,
  payment_due_on DATE NULL,
  amount_minor BIGINT NOT NULL DEFAULT 0,
  currency CHAR(3) NOT NULL,
  support_level VARCHAR(64) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY contract_number (tenant_id, number),
  KEY contract_organisation (tenant_id, organisation_id),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id)
);

CREATE TABLE sales_order (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  organisation_id UUID NOT NULL,
  contract_id UUID NULL,
  number VARCHAR(40) NOT NULL,
  placed_by UUID NULL,
  reference VARCHAR(100) NOT NULL DEFAULT '',
  status VARCHAR(16) NOT NULL CHECK (status IN ('draft', 'placed', 'approved', 'production', 'delivered', 'done', 'cancelled')),
  reason VARCHAR(400) NOT NULL DEFAULT '',
  currency CHAR(3) NOT NULL,
  net_minor BIGINT NOT NULL DEFAULT 0,
  tax_minor BIGINT NOT NULL DEFAULT 0,
  total_minor BIGINT NOT NULL DEFAULT 0,
  placed_at DATETIME(6) NULL,
  approved_at DATETIME(6) NULL,
  production_at DATETIME(6) NULL,
  delivered_at DATETIME(6) NULL,
  done_at DATETIME(6) NULL,
  cancelled_at DATETIME(6) NULL,
  due_on DATE NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY sales_order_number (tenant_id, number),
  KEY sales_order_organisation (tenant_id, organisation_id, created_at),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id),
  FOREIGN KEY (tenant_id, contract_id) REFERENCES contract (tenant_id, id),
  FOREIGN KEY (tenant_id, placed_by) REFERENCES person (tenant_id, id)
);

CREATE TABLE invoice (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  organisation_id UUID NOT NULL,
  order_id UUID NULL,
  number VARCHAR(40) NOT NULL,
  status VARCHAR(16) NOT NULL CHECK (status IN ('open', 'part_paid', 'paid', 'void')),
  currency CHAR(3) NOT NULL,
  total_minor BIGINT NOT NULL,
  issued_on DATE NOT NULL,
  due_on DATE NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY invoice_number (tenant_id, number),
  KEY invoice_organisation (tenant_id, organisation_id, issued_on),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES organisation (tenant_id, id),
  FOREIGN KEY (tenant_id, order_id) REFERENCES sales_order (tenant_id, id)
);

CREATE TABLE payment (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  invoice_id UUID NOT NULL,
  amount_minor BIGINT NOT NULL,
  currency CHAR(3) NOT NULL,
  received_on DATE NOT NULL,
  reference VARCHAR(100) NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, id),
  KEY payment_invoice (tenant_id, invoice_id),
  FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoice (tenant_id, id)
);
