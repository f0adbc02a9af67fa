#!/bin/sh
# Reads the shipped proxy configurations with the proxies themselves, where they are installed; 77
# (skipped) where neither is. Usage: proxy_check.sh DEPLOY_DIR
set -eu
deploy=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
found=no

mkdir "$work/certs"
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 2 \
    -subj /CN=support.example.com 2>/dev/null
cat "$work/key.pem" "$work/cert.pem" >"$work/certs/site.pem"

if command -v haproxy >/dev/null; then
    found=yes
    sed "s|/etc/haproxy/certs/|$work/certs/|" "$deploy/haproxy.cfg" >"$work/haproxy.cfg"
    haproxy -c -q -f "$work/haproxy.cfg"
    echo "haproxy.cfg is well"
fi
nginx=$(command -v nginx || command -v /usr/sbin/nginx || true)
if [ -n "$nginx" ]; then
    found=yes
    sed "s|/etc/nginx/certs/support.example.com.pem|$work/cert.pem|
s|/etc/nginx/certs/support.example.com.key|$work/key.pem|
s|listen 80;|listen 127.0.0.1:18980;|; s|listen \[::\]:80;||
s|listen 443 ssl http2;|listen 127.0.0.1:18943 ssl http2;|; s|listen \[::\]:443 ssl http2;||" \
        "$deploy/nginx.conf" >"$work/site.conf"
    printf 'pid %s/nginx.pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\nclient_body_temp_path %s/a;\nproxy_temp_path %s/b;\nfastcgi_temp_path %s/c;\nuwsgi_temp_path %s/d;\nscgi_temp_path %s/e;\ninclude %s/site.conf;\n}\n' \
        "$work" "$work" "$work" "$work" "$work" "$work" "$work" >"$work/nginx.conf"
    "$nginx" -t -q -c "$work/nginx.conf"
    echo "nginx.conf is well"
fi
[ $found = yes ] || { echo "neither haproxy nor nginx is installed: nothing was checked"; exit 77; }
