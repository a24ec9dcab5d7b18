-- SPDX-License-Identifier: ISC
-- What this database has: see store/catalogue.h.

-- name: catalogue :one
SELECT coalesce((SELECT string_agg(attname, ',') FROM pg_attribute
         WHERE attrelid = to_regclass('"user"') AND attnum > 0 AND NOT attisdropped), '')
         AS user_columns,
       coalesce((SELECT string_agg(attname, ',') FROM pg_attribute
         WHERE attrelid = to_regclass('session') AND attnum > 0 AND NOT attisdropped), '')
         AS session_columns,
       coalesce((SELECT format_type(atttypid, NULL) FROM pg_attribute
         WHERE attrelid = to_regclass('user_profiles') AND attname = 'id'), '')
         AS profile_id_type;
