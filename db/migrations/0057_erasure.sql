-- People who ask that what is kept about them be erased; staff decide.
CREATE TABLE erasure_request (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  person_id UUID NOT NULL,
  requested_at DATETIME(6) NOT NULL,
  state VARCHAR(9) NOT NULL CHECK (state IN ('waiting', 'erased', 'declined', 'withdrawn')),
  decided_by UUID NULL,
  decided_at DATETIME(6) NULL,
  reason VARCHAR(400) NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, id),
  KEY erasure_request_person (tenant_id, person_id, id),
  KEY erasure_request_state (tenant_id, state, requested_at),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
