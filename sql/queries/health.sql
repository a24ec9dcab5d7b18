-- SPDX-License-Identifier: ISC

-- name: health :one
SELECT coalesce(max(version), 0) AS version FROM postern.migration;
