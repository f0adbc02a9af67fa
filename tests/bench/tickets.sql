-- Many tickets of the demo tenant at once, by whole rows of a sequence: @first to @last of @all, spread over a year,
-- one in 200 open, one in 200 waiting, one in 500 of the customer that the measurement signs in as. Run with @first,
-- @last and @all set.
SET @tenant = (SELECT id FROM tenant WHERE slug = 'demo');
SET @anna = (SELECT id FROM person WHERE tenant_id = @tenant AND email = 'anna@marlowgrocers.example');
SET @own = (SELECT organisation_id FROM membership WHERE tenant_id = @tenant AND person_id = @anna LIMIT 1);
SET @other = (SELECT id FROM organisation WHERE tenant_id = @tenant AND id <> @own ORDER BY code LIMIT 1);
SET @agent = (SELECT person_id FROM staff_member s JOIN person p ON p.tenant_id = s.tenant_id AND p.id = s.person_id
  WHERE s.tenant_id = @tenant AND p.email = 'priya@tilwick.example');
SET @team = (SELECT team_id FROM staff_member WHERE tenant_id = @tenant AND person_id = @agent);
SET unique_checks = 0, foreign_key_checks = 0;

SET @id = 'CONCAT(''01995c44-0000-7000-9000-'', LPAD(HEX(seq), 12, ''0''))';
SET @state = 'IF(seq MOD 200 = 0, ''open'', IF(seq MOD 200 = 100, ''waiting'', ''closed''))';
SET @at = CONCAT('UTC_TIMESTAMP(6) - INTERVAL ((', @all, ' - seq) * (31536000 DIV ', @all, ' + 1)) SECOND');
SET @one = 'ELT(1 + seq MOD 7, ''printer'', ''till'', ''scanner'', ''receipt'', ''stock'', ''payment'', ''打印'')';
SET @two = 'ELT(1 + seq MOD 11, ''stops'', ''hangs'', ''slow'', ''update'', ''error'', ''paper'', ''close'', ''card'', ''cable'', ''count'', ''故障'')';
SET @three = 'CONCAT(''case'', seq)';

SET @rows = CONCAT(' FROM seq_', @first, '_to_', @last);
SET @statement = CONCAT(
  'INSERT INTO ticket (tenant_id, id, number, organisation_id, person_id, source, subject, topic, status, category, level, ',
  'team_id, assignee_id, city, created_at, updated_at, asked_at, due_at, resolved_at, closed_at) SELECT @tenant, ', @id,
  ', CONCAT(''B-'', seq), IF(seq MOD 500 = 0, @own, @other), IF(seq MOD 500 = 0, @anna, NULL), ''portal'', CONCAT(', @one,
  ', '' '', ', @two, ', '' '', ', @three, '), ''fault'', ', @state, ', ', @state, ', 1 + seq MOD 4, @team, ',
  'IF(seq MOD 400 = 0, @agent, NULL), ELT(1 + seq MOD 3, ''London'', ''上海'', ''Leeds''), ', @at, ', ', @at,
  ', IF(seq MOD 200 = 0, ', @at, ', NULL), IF(seq MOD 200 = 0, UTC_TIMESTAMP(6) + INTERVAL seq MOD 604800 SECOND, NULL), ',
  'IF(seq MOD 100 = 0, NULL, ', @at, '), IF(seq MOD 100 = 0, NULL, ', @at, ')', @rows);
PREPARE load_rows FROM @statement;
EXECUTE load_rows;
SET @statement = CONCAT(
  'INSERT INTO message (tenant_id, id, ticket_id, kind, is_public, author, author_name, source, body, created_at) ',
  'SELECT @tenant, CONCAT(''01995c44-0000-7000-a000-'', LPAD(HEX(seq), 12, ''0'')), ', @id,
  ', ''reply'', TRUE, ''customer'', ''Anna Keller'', ''portal'', CONCAT(''Since this morning the till in the front shows the ',
  'same line again and again, and nothing is printed. Case '', seq), ', @at, @rows);
PREPARE load_rows FROM @statement;
EXECUTE load_rows;
-- In the order of the key: pages fill one after another.
SET @statement = CONCAT('INSERT INTO ticket_term (tenant_id, term, ticket_id) SELECT @tenant, term, id FROM (SELECT ',
  @one, ' AS term, ', @id, ' AS id', @rows, ' UNION ALL SELECT ', @two, ', ', @id, @rows, ' UNION ALL SELECT ', @three, ', ',
  @id, @rows, ') AS posting ORDER BY term, id');
PREPARE load_rows FROM @statement;
EXECUTE load_rows;
SET unique_checks = 1, foreign_key_checks = 1;
