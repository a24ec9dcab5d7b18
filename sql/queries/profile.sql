-- SPDX-License-Identifier: ISC

-- name: profile_find :one
SELECT id, user_id, software_context::text, hardware_context::text, questionnaire_version,
       outdated, created_at, updated_at
  FROM user_profiles
 WHERE /*+profile_key*/id/*-*/ = $1;

-- Guests have none, whatever a token said when it was made: then there is no row.  A program
-- that still asks an older questionnaire is believed as far as its answers fit the newer one.
-- $1 user, $2 software, $3 hardware, $4 version, $5 now.
-- name: profile_put :write
INSERT INTO user_profiles AS p (/*+profile_key*/id/*-*/, software_context, hardware_context,
                                questionnaire_version, outdated, created_at, updated_at)
SELECT u.id, $2::jsonb, $3::jsonb, $4::integer,
       gate.version > $4::integer
         AND NOT postern.profile_fits(gate.questions, $2::jsonb, $3::jsonb),
       $5::timestamptz, $5::timestamptz
  FROM "user" u, postern.gate WHERE u.id = $1 AND u."isAnonymous" IS NOT TRUE
ON CONFLICT (/*+profile_key*/id/*-*/) DO UPDATE
   SET software_context = excluded.software_context,
       hardware_context = excluded.hardware_context,
       questionnaire_version = excluded.questionnaire_version,
       outdated = excluded.outdated,
       updated_at = excluded.updated_at
RETURNING p.id, p.user_id, p.software_context::text, p.hardware_context::text,
          p.questionnaire_version, p.outdated, p.created_at, p.updated_at;
