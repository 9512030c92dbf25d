#!/bin/sh
# Runs once, on an empty volume: the tables' owner, the API's own role, and a superuser who comes in by `docker compose exec` alone.
set -eu
psql --no-psqlrc -v ON_ERROR_STOP=1 --username postgres --dbname postgres <<'SQL'
\getenv owner_password POSTGRES_PASSWORD
\getenv api_password POSTGRES_API_PASSWORD
create role owner login password :'owner_password';
create role api login password :'api_password';
create database postern owner owner;
alter role postgres password null;
SQL
