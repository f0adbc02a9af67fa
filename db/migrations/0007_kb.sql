-- Knowledge: categories, articles (a row per language), immutable revisions, search postings.

CREATE TABLE category (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  parent_id UUID NULL,
  slug VARCHAR(63) NOT NULL,
  icon VARCHAR(32) NOT NULL DEFAULT 'book-open',
  position INT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY category_slug (tenant_id, slug),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id),
  FOREIGN KEY (tenant_id, parent_id) REFERENCES category (tenant_id, id)
);

CREATE TABLE category_text (
  tenant_id UUID NOT NULL,
  category_id UUID NOT NULL,
  locale VARCHAR(8) NOT NULL,
  title VARCHAR(200) NOT NULL,
  summary VARCHAR(400) NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, category_id, locale),
  FOREIGN KEY (tenant_id, category_id) REFERENCES category (tenant_id, id)
);

-- document_id is shared by the translations of one article.
CREATE TABLE article (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  document_id UUID NOT NULL,
  number INT UNSIGNED NOT NULL,
  locale VARCHAR(8) NOT NULL,
  category_id UUID NOT NULL,
  product_id UUID NULL,
  state VARCHAR(12) NOT NULL CHECK (state IN ('draft', 'review', 'published', 'archived')),
  audience VARCHAR(12) NOT NULL CHECK (audience IN ('public', 'customer', 'staff')),
  valid_from VARCHAR(32) NOT NULL DEFAULT '',
  valid_to VARCHAR(32) NOT NULL DEFAULT '',
  is_featured BOOLEAN NOT NULL DEFAULT FALSE,
  title VARCHAR(200) NOT NULL,
  summary VARCHAR(400) NOT NULL DEFAULT '',
  revision_id UUID NOT NULL,
  published_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY article_number (tenant_id, number),
  UNIQUE KEY article_locale (tenant_id, document_id, locale),
  KEY article_category (tenant_id, category_id, locale, state, audience, number),
  KEY article_featured (tenant_id, is_featured, locale, updated_at),
  FOREIGN KEY (tenant_id, category_id) REFERENCES category (tenant_id, id),
  FOREIGN KEY (tenant_id, product_id) REFERENCES product (tenant_id, id)
);

CREATE TABLE article_revision (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  article_id UUID NOT NULL,
  author_id UUID NULL,
  note VARCHAR(400) NOT NULL DEFAULT '',
  markdown MEDIUMTEXT NOT NULL,
  html MEDIUMTEXT NOT NULL,
  contents TEXT NOT NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  KEY article_revision_article (tenant_id, article_id),
  FOREIGN KEY (tenant_id, article_id) REFERENCES article (tenant_id, id)
);

-- Postings: a hash of each term, and the article's number. Newest articles first within a term.
CREATE TABLE article_term (
  tenant_id UUID NOT NULL,
  term INT UNSIGNED NOT NULL,
  number INT UNSIGNED NOT NULL,
  weight TINYINT UNSIGNED NOT NULL,
  PRIMARY KEY (tenant_id, term, number),
  KEY article_term_number (tenant_id, number)
);
