-- How names are put together and read: "Anna Keller", or with the family's name first.
ALTER TABLE tenant ADD COLUMN name_order VARCHAR(8) NOT NULL DEFAULT 'given'
  CHECK (name_order IN ('given', 'family'));
