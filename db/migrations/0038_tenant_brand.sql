-- How a tenant shows itself: its picture, its colour in the dark theme, and its own words.

CREATE TABLE tenant_brand (
  tenant_id UUID NOT NULL PRIMARY KEY,
  accent_dark CHAR(6) NOT NULL DEFAULT '', -- '': as tenant.accent, made readable
  logo MEDIUMBLOB NULL,
  logo_hash CHAR(64) NOT NULL DEFAULT '', -- '': no picture
  logo_type VARCHAR(4) NOT NULL DEFAULT '' CHECK (logo_type IN ('', 'png', 'jpg', 'webp')),
  logo_width INT NOT NULL DEFAULT 0,
  logo_height INT NOT NULL DEFAULT 0,
  updated_at DATETIME(6) NOT NULL,
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

-- In the reader's language, else in the tenant's own.
CREATE TABLE tenant_text (
  tenant_id UUID NOT NULL,
  name VARCHAR(16) NOT NULL CHECK (name IN ('welcome', 'footer', 'contact')),
  language VARCHAR(8) NOT NULL,
  text TEXT NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, name, language),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);
