-- Links to sign in by, once, and to confirm an address by. A link is good for the address that it
-- was sent to; '' are links from before, which were not bound to one.
ALTER TABLE person_link MODIFY COLUMN purpose VARCHAR(8) NOT NULL DEFAULT 'welcome'
  CHECK (purpose IN ('welcome', 'reset', 'unlock', 'login', 'verify'));
ALTER TABLE person_link ADD COLUMN email VARCHAR(254) NOT NULL DEFAULT '';

-- The address that this person was shown to read; another one in email is not confirmed.
ALTER TABLE person ADD COLUMN verified_email VARCHAR(254) NULL;
