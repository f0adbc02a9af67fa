-- Failed sign-ins are counted by network: an IPv6 network of 64 bits is one customer's.
ALTER TABLE login_event ADD COLUMN network VARCHAR(45) NOT NULL DEFAULT '';
UPDATE login_event SET network = address;
ALTER TABLE login_event ADD KEY login_event_network (tenant_id, network, at);
