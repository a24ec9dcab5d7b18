-- SPDX-License-Identifier: ISC
-- The hard gate: schema/0010_gate.sql.

-- The triggers may be gone with their table, or switched off, whatever the row says.
-- name: gate_read :one
SELECT g.mode, g.version,
       (SELECT count(*) FROM pg_trigger
         WHERE tgrelid IN (to_regclass('"user"'), to_regclass('user_profiles'))
           AND starts_with(tgname, 'postern_gate_') AND tgenabled IN ('O', 'A')) AS triggers,
       (SELECT count(*) FROM "user" u WHERE "isAnonymous" IS NOT TRUE) AS members,
       (SELECT count(*) FROM "user" u
         WHERE "isAnonymous" IS NOT TRUE
           AND NOT EXISTS (SELECT FROM user_profiles p WHERE p./*+profile_key*/id/*-*/ = u.id))
         AS unanswered,
       (SELECT count(*) FROM user_profiles WHERE outdated) AS outdated,
       (SELECT count(*) FROM postern.gate_warning) AS warned,
       (SELECT coalesce(sum(times), 0)::bigint FROM postern.gate_warning) AS warnings,
       (SELECT last_by FROM postern.gate_warning ORDER BY last_at DESC LIMIT 1) AS "lastBy",
       (SELECT last_at FROM postern.gate_warning ORDER BY last_at DESC LIMIT 1) AS "lastAt"
  FROM postern.gate g;

-- name: gate_set :write
SELECT postern.gate_set($1);

-- name: gate_publish :write
SELECT postern.gate_publish($1::integer, $2::jsonb);

-- name: gate_is_published :one
SELECT version = $1::integer AND questions = $2::jsonb AS published FROM postern.gate;
