-- What a call with an Idempotency-Key was answered with: a repeat within a day gets the same.
CREATE TABLE request_answer (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  call_hash BINARY(32) NOT NULL, -- of who asked, method, address and key
  body_hash BINARY(32) NOT NULL, -- of what was sent
  status SMALLINT NOT NULL,
  location VARCHAR(200) NOT NULL,
  body MEDIUMTEXT NOT NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY request_answer_call (tenant_id, call_hash),
  KEY request_answer_age (tenant_id, created_at),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);
