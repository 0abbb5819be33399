#!/bin/sh
# Run once by the image of PostgreSQL, when its volume is new: the two roles and the database.
set -eu
psql -v ON_ERROR_STOP=1 -U postgres -d postgres \
    -v owner="$HUIYING_OWNER_PASSWORD" -v app="$HUIYING_APP_PASSWORD" <<'SQL'
CREATE ROLE huiying_owner LOGIN PASSWORD :'owner';
CREATE ROLE huiying_app LOGIN PASSWORD :'app';
CREATE DATABASE huiying OWNER huiying_owner;
REVOKE ALL ON DATABASE huiying FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE huiying TO huiying_app;
SQL
