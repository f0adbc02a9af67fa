-- Keys that were derived from a master key which has been replaced, and under which rows exist that
-- cannot be made anew: sealed with the master key of today.

CREATE TABLE installation_secret (
  name VARCHAR(32) NOT NULL PRIMARY KEY,
  sealed VARBINARY(255) NOT NULL
);
