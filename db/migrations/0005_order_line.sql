-- Order lines: after products and licences exist, since a line names both. licence_id has no foreign
-- key: a licence may be deleted through the licensing protocol while the paper about it stays.

CREATE TABLE sales_order_line (
  tenant_id UUID NOT NULL,
  id UUID NOT NULL,
  order_id UUID NOT NULL,
  position INT NOT NULL,
  product_id UUID NULL,
  licence_id UUID NULL,
  description VARCHAR(400) NOT NULL,
  quantity BIGINT NOT NULL,
  list_minor BIGINT NOT NULL,
  unit_minor BIGINT NOT NULL,
  net_minor BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY sales_order_line_position (tenant_id, order_id, position),
  FOREIGN KEY (tenant_id, order_id) REFERENCES sales_order (tenant_id, id),
  FOREIGN KEY (tenant_id, product_id) REFERENCES product (tenant_id, id)
);
