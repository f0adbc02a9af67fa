-- Mail that goes out, and what links in it are for.

-- sealed holds the text under the master key, since links in it open accounts; it is gone once the
-- mail is sent. due_at is when it is to be tried, NULL when nothing is left to do; a claim moves it
-- to the end of its lease.
CREATE TABLE mail_out (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  kind VARCHAR(32) NOT NULL,
  person_id UUID NULL,
  to_address VARCHAR(254) NOT NULL,
  to_name VARCHAR(200) NOT NULL DEFAULT '',
  from_name VARCHAR(200) NOT NULL DEFAULT '',
  subject VARCHAR(255) NOT NULL,
  sealed MEDIUMBLOB NULL,
  status VARCHAR(8) NOT NULL DEFAULT 'WAITING' CHECK (status IN ('WAITING', 'SENT', 'DEAD')),
  attempts INT NOT NULL DEFAULT 0,
  last_fault VARCHAR(200) NOT NULL DEFAULT '',
  due_at DATETIME(6) NULL,
  lease UUID NULL,
  sent_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  KEY mail_out_due (due_at),
  KEY mail_out_lease (lease),
  KEY mail_out_status (tenant_id, status, id),
  KEY mail_out_old (created_at),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id) ON DELETE CASCADE
);

-- 'welcome' and 'reset' let a person choose a password, 'unlock' only ends a lock.
ALTER TABLE person_link ADD COLUMN purpose VARCHAR(8) NOT NULL DEFAULT 'welcome'
  CHECK (purpose IN ('welcome', 'reset', 'unlock'));
