-- Many licences of the demo tenant at once, by whole rows of a sequence: @first to @last, keys
-- BENCH-00000001 and on, ids that a load script can compute. Run with @first and @last set.
SET @tenant = (SELECT id FROM tenant WHERE slug = 'demo');
SET @policy = (SELECT id FROM policy WHERE tenant_id = @tenant AND name = 'Stock Perpetual');
SET @product = (SELECT product_id FROM policy WHERE tenant_id = @tenant AND id = @policy);
SET unique_checks = 0, foreign_key_checks = 0;
SET @statement = CONCAT(
  'INSERT INTO licence (tenant_id, id, serial, product_id, policy_id, key_text, key_hash, max_machines, starts_at, created_at, updated_at) ',
  'SELECT @tenant, CONCAT(''01995c44-0000-7000-8000-'', LPAD(HEX(seq), 12, ''0'')), CONCAT(''BEN-'', seq), @product, ',
  '@policy, CONCAT(''BENCH-'', LPAD(seq, 8, ''0'')), UNHEX(SHA2(CONCAT(''BENCH-'', LPAD(seq, 8, ''0'')), 256)), ',
  '1000, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) FROM seq_', @first, '_to_', @last);
PREPARE load_licences FROM @statement;
EXECUTE load_licences;
SET unique_checks = 1, foreign_key_checks = 1;
