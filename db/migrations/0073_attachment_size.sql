-- How much room files take, of a tenant's and of a customer's tickets: read at each upload.
ALTER TABLE attachment ADD KEY attachment_size (tenant_id, ticket_id, bytes);
