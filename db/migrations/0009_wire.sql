-- What the licensing protocol's users and tokens need beside the portal's people.

-- What customers' credentials may do beyond their roles: names of rights, with commas.
ALTER TABLE tenant ADD COLUMN wire_rights VARCHAR(255) NOT NULL DEFAULT '';

-- NULL: the part of full_name behind given_name. Written by those who tell names in two parts.
ALTER TABLE person ADD COLUMN family_name VARCHAR(200) NULL;
ALTER TABLE person ADD KEY person_created (tenant_id, created_at, id);

-- A password that is too weak for the portal: it makes API tokens and signs nobody in.
ALTER TABLE credential ADD COLUMN is_weak BOOLEAN NOT NULL DEFAULT FALSE;
