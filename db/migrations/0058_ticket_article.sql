-- Which articles were sent in answers to a ticket, and which was written from one.
CREATE TABLE ticket_article (
  tenant_id UUID NOT NULL,
  ticket_id UUID NOT NULL,
  article_id UUID NOT NULL,
  is_source BOOLEAN NOT NULL DEFAULT FALSE,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id, article_id),
  KEY ticket_article_article (tenant_id, article_id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id),
  FOREIGN KEY (tenant_id, article_id) REFERENCES article (tenant_id, id)
);
