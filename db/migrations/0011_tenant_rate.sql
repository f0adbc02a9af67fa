-- What a tenant may be asked in a second; NULL: as the installation's settings say.

ALTER TABLE tenant
  ADD COLUMN portal_rate INT NULL CHECK (portal_rate BETWEEN 0 AND 100000),
  ADD COLUMN licensing_rate INT NULL CHECK (licensing_rate BETWEEN 0 AND 100000);
