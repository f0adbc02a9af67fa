-- A proposed date of birth or identity number: sealed while it waits, gone when it is decided.
ALTER TABLE profile_proposal ADD COLUMN new_sealed VARBINARY(1000) NULL;
