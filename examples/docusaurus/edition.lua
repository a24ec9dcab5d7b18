-- SPDX-License-Identifier: ISC
-- Which build of the members' pages somebody gets: lighttpd runs this for /members/ when the
-- authorizer has let the request pass and before it looks for the file. What gate found out
-- is in the request's environment, where no header of a client can put anything.
local r = lighty.r
local EDITIONS = { Beginner = "beginner", Intermediate = "intermediate", Advanced = "advanced" }

local edition = EDITIONS[r.req_env["AUTH_EXPERIENCE_LEVEL"] or ""]
if not edition then
	return 403
end

-- /members/plan/ is plan/ in the build of the edition, beside the root of what is public.
local root = r.req_attr["physical.doc-root"]:gsub("/public/?$", "/") .. edition
r.req_attr["physical.doc-root"] = root
r.req_attr["physical.basedir"] = root
r.req_attr["physical.path"] = root .. r.req_attr["uri.path"]:gsub("^/members", "")
