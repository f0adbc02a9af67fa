-- What a tenant offers, and how it writes dates and numbers; '': all languages, and as each language
-- writes them.

ALTER TABLE tenant
  ADD COLUMN languages VARCHAR(100) NOT NULL DEFAULT '', -- codes, with commas
  ADD COLUMN date_style VARCHAR(8) NOT NULL DEFAULT 'words'
    CHECK (date_style IN ('words', 'iso', 'dmy', 'mdy', 'dot')),
  ADD COLUMN number_style VARCHAR(8) NOT NULL DEFAULT 'comma'
    CHECK (number_style IN ('comma', 'dot', 'space'));
