-- Reports read tickets by the day they were filed.
ALTER TABLE ticket ADD KEY ticket_created (tenant_id, created_at, id);
