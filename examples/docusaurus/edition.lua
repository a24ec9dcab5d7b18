-- SPDX-License-Identifier: ISC
-- Which build of the members' pages somebody gets. lighttpd runs this for /members/ before it
-- looks for the file, twice: before the authorizer was asked, and after it said yes. What
-- gate found out is then in the request's environment, where no header of a client can put
-- anything.
local r = lighty.r
local EDITIONS = { Beginner = "beginner", Intermediate = "intermediate", Advanced = "advanced" }

-- Nothing is chosen yet. Without an authorizer it would stay so, and the public build has no
-- such pages.
if not r.req_env["AUTH_USER_ID"] then
	return 0
end

local edition = EDITIONS[r.req_env["AUTH_PROFILE_EXPERIENCE_LEVEL"] or ""]
if not edition then
	return 403
end

-- /members/plan/ is plan/ in the build of the edition, beside the root of what is public.
local root = r.req_attr["physical.doc-root"]:gsub("/public/?$", "/") .. edition
r.req_attr["physical.doc-root"] = root
r.req_attr["physical.basedir"] = root
r.req_attr["physical.path"] = root .. r.req_attr["uri.path"]:gsub("^/members", "")
return 0
