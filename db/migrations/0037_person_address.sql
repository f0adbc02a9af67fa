-- Further addresses of a person beside the one in person.email, each confirmed by a mail to it:
-- they sign in too, and mail from them is his. One that waits for its mail is a link in person_link
-- alone, so that nobody keeps an address from its owner by asking for it.
CREATE TABLE person_address (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  person_id UUID NOT NULL,
  email VARCHAR(254) NOT NULL,
  confirmed_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY person_address_email (tenant_id, email),
  KEY person_address_person (tenant_id, person_id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id) ON DELETE CASCADE
);

ALTER TABLE person_link MODIFY COLUMN purpose VARCHAR(8) NOT NULL DEFAULT 'welcome'
  CHECK (purpose IN ('welcome', 'reset', 'unlock', 'login', 'verify', 'address'));
