-- SPDX-License-Identifier: ISC
-- :users people, each with a password account, a live session and (where the database has profiles) a profile.
-- Ids and tokens are 32 characters without order, as the real ones; they follow from the number, so that the
-- load generator can make the cookies without asking. Everybody has the same :password (a hash).
\set ON_ERROR_STOP on
\set QUIET on
set client_min_messages = warning;
-- What role postern sees: a schema of its own name comes first.
set search_path = postern, public;

-- Foreign keys and the profile constraint hold by construction; checking a million rows one by one takes minutes.
set session_replication_role = replica;

-- Tables emptied in the same transaction are written without a log (wal_level = minimal).
begin;
truncate "user" cascade;

insert into "user" (id, name, email, "emailVerified", "createdAt", "updatedAt", "isAnonymous")
select md5('user' || n), 'User ' || n, 'user' || n || '@example.com', true, now(), now(), false
  from generate_series(1, :users) n;

insert into account (id, "accountId", "providerId", "userId", password, "createdAt", "updatedAt")
select md5('account' || n), md5('user' || n), 'credential', md5('user' || n), :'password', now(), now()
  from generate_series(1, :users) n;

insert into session (id, token, "userId", "expiresAt", "createdAt", "updatedAt", "ipAddress", "userAgent")
select md5('session' || n), md5('token' || n), md5('user' || n), now() + interval '7 days', now(), now(),
       '192.0.2.1', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
  from generate_series(1, :users) n;

select to_regclass('user_profiles') is not null as profiles \gset
\if :profiles
insert into user_profiles (id, software_context, hardware_context, questionnaire_version)
select md5('user' || n), :'profile'::jsonb -> 'software_context', :'profile'::jsonb -> 'hardware_context', :version
  from generate_series(1, :users) n;
\endif

commit;
vacuum analyze;
checkpoint;
