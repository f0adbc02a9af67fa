-- The recycle bin lists tickets by when they were thrown away.

ALTER TABLE ticket ADD KEY ticket_deleted (tenant_id, deleted_at);
