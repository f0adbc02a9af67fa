# A place of its own for a measurement: sourced by tools/bench, tools/bench_growth and tools/bench_desk. The release build, a demo
# tenant in a temporary folder, the program on free ports; all of it goes when the script ends.
program=build/release/gatehouse
place=$(mktemp -d)
chmod 755 "$place"
servers=""
door=""

cleanup() {
    [ -z "$door" ] || kill "$door" 2>/dev/null || true
    # shellcheck disable=SC2086
    [ -z "$servers" ] || { kill $servers 2>/dev/null && wait $servers 2>/dev/null; } || true
    rm -rf "$place"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

free_port() {
    tools/node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'
}

place_build() {
    cmake --preset release -DGH_BENCH=ON >/dev/null
    cmake --build build/release --target bench_door bench_activate gatehouse gh_static >/dev/null
}

place_use() { # name: what follows is about this installation; made with the demo tenant at first
    at=$place/$1
    [ -f "$at/ports" ] || { mkdir "$at"; echo "$(free_port) $(free_port)" >"$at/ports"; }
    read -r portal licensing <"$at/ports"
    url=http://127.0.0.1:$licensing/v1/licenses/actions/validate-key
    export GATEHOUSE_VAR_DIR=$at/var GATEHOUSE_TENANT_DEFAULT=demo GATEHOUSE_LOG_LEVEL=warn
    export GATEHOUSE_PORTAL_LISTEN=127.0.0.1:$portal GATEHOUSE_LICENSING_LISTEN=127.0.0.1:$licensing
    [ -d "$at/var" ] || "$program" demo --tenant demo >/dev/null 2>&1
}

place_start() { # sets whole_start, in ms
    local began
    began=$(date +%s%N)
    "$program" serve >"$at/out" 2>"$at/err" &
    server=$!
    servers="$servers $server"
    until grep -q '^ready' "$at/out"; do
        kill -0 "$server" 2>/dev/null || { cat "$at/err" >&2; exit 1; }
        sleep 0.01
    done
    whole_start=$((($(date +%s%N) - began) / 1000000))
}

place_stop() {
    kill "$server" && wait "$server" || true
    servers=${servers/ $server/}
}

socket() {
    find "$(cat "$at/var/db/run-folder")" -name "*.sock" | head -n 1
}

place_sql() { # reads statements
    mariadb --no-defaults -N -S "$(socket)" -u root "-p$(cat "$at/var/db/password")" gatehouse
}

database_url() {
    echo "mysql://root:$(cat "$at/var/db/password")@/gatehouse?socket=$(socket)"
}

load_licences() { # to from: numbers, from 1 on; in pieces that one transaction holds
    local to=$1 from=${2:-1} piece=500000 last
    while [ "$from" -le "$to" ]; do
        last=$((from + piece - 1 < to ? from + piece - 1 : to))
        { echo "SET @first = $from, @last = $last;"; cat tests/bench/licences.sql; } | place_sql >/dev/null
        from=$((last + 1))
    done
    echo "ANALYZE TABLE licence;" | place_sql >/dev/null
}

# A key that is built from sorted rows at the end costs a twentieth of one that a million rows are put into: takes the keys of
# a table away, and leaves the statement that makes them again.
keys_away() { # table
    place_sql <<SQL >"$at/keys.$1"
SET group_concat_max_len = 1000000;
SELECT CONCAT('SET foreign_key_checks = 0, unique_checks = 0; ALTER TABLE $1 ', GROUP_CONCAT('ADD ', IF(one, 'UNIQUE ', ''),
  'KEY ', name, ' (', parts, ')' SEPARATOR ', '), ';') FROM (SELECT index_name AS name, non_unique = 0 AS one,
  GROUP_CONCAT(column_name ORDER BY seq_in_index) AS parts FROM information_schema.statistics
  WHERE table_schema = DATABASE() AND table_name = '$1' AND index_name <> 'PRIMARY' GROUP BY index_name, non_unique) AS k;
SQL
    place_sql <<SQL | place_sql
SELECT CONCAT('SET foreign_key_checks = 0; ALTER TABLE $1 ', GROUP_CONCAT('DROP KEY ', name), ';') FROM (SELECT DISTINCT
  index_name AS name FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = '$1'
  AND index_name <> 'PRIMARY') AS k;
SQL
}

load_tickets() { # to: numbers, from 1 on; in pieces that one transaction holds
    local to=$1 from=1 piece=250000 last table
    echo "SET GLOBAL innodb_buffer_pool_size = 1 << 30;" | place_sql
    for table in ticket message ticket_term; do keys_away "$table"; done
    while [ "$from" -le "$to" ]; do
        last=$((from + piece - 1 < to ? from + piece - 1 : to))
        { echo "SET @first = $from, @last = $last, @all = $to;"; cat tests/bench/tickets.sql; } | place_sql >/dev/null
        from=$((last + 1))
    done
    for table in ticket message ticket_term; do place_sql <"$at/keys.$table"; done
    { echo "ANALYZE TABLE ticket, message, ticket_term;"
        echo "SET GLOBAL innodb_buffer_pool_size = 128 << 20;"; } | place_sql >/dev/null
}

sign_in() { # as somebody of the demo (a customer, unless named): sets cookie, csrf
    local who=${1:-anna@marlowgrocers.example} jar=$at/jar login=http://127.0.0.1:$portal/login
    rm -f "$jar"
    csrf=$(curl -s -c "$jar" -b "$jar" "$login" | grep -o 'name="csrf" value="[^"]*"' | head -n 1 | cut -d'"' -f4)
    curl -s -o /dev/null -c "$jar" -b "$jar" -H "Origin: http://127.0.0.1:$portal" --data-urlencode "csrf=$csrf" \
        --data-urlencode "email=$who" --data-urlencode "password=gatehouse-demo" "$login"
    cookie=$(awk '$6 ~ /gh_session/ {print $6 "=" $7}' "$jar")
    csrf=$(curl -s -H "Cookie: $cookie" "http://127.0.0.1:$portal/account" | grep -o 'name="csrf" value="[^"]*"' | head -n 1 | cut -d'"' -f4)
}

form_open() { # sets csrf for refused
    rm -f "$at/jar"
    csrf=$(curl -s -c "$at/jar" "http://127.0.0.1:$portal/login" | grep -o 'name="csrf" value="[^"]*"' | head -n 1 |
        cut -d'"' -f4)
}

refused() { # email -> ms that a refused sign-in takes
    curl -s -o /dev/null -w '%{time_total} %{http_code}\n' -b "$at/jar" -H "Origin: http://127.0.0.1:$portal" \
        --data-urlencode "csrf=$csrf" --data-urlencode "email=$1" --data-urlencode "password=wrong" \
        "http://127.0.0.1:$portal/login" |
        awk '$2 != 422 {print "bench: a sign-in was answered " $2 > "/dev/stderr"} {printf "%.1f\n", $1 * 1000}'
}

rate() { # script url seconds connections args... -> requests per second
    local script=$1 where=$2 time=$3 open=$4
    shift 4
    wrk -t2 -c"$open" -d"${time}s" -s "tests/bench/$script" "$where" -- "$@" |
        awk '/Requests\/sec/ {print $2} /Non-2xx/ {print "bench: " $0 > "/dev/stderr"}'
}

median() {
    sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}

spread() { # p10, median and p90 of the numbers
    sort -n | awk '{v[NR] = $1} END {n = NR; print v[int((n + 9) / 10)] " / " v[int((n + 1) / 2)] " / " v[int((9 * n + 9) / 10)]}'
}

line() { # what figure
    printf '%-62s %s\n' "$1" "$2"
}
