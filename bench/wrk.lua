-- SPDX-License-Identifier: ISC
-- One request after another for one operation; ends with a line of JSON.
--   wrk -s wrk.lua URL -- OPERATION DATA-FILE NAME
-- NAME makes the addresses of this run's sign-ups unlike those of all other runs.

local operation, data, name
local count = 0
local headers, plain

-- A step that has no common divisor with the number of rows visits all of them, far apart, with no repetition.
local function nth(rows)
  count = count + 1
  return (count * 7919) % rows + 1
end

local function with_cookie(method, path, kind)
  return function()
    local cookies = data[kind or "cookies"]
    headers["Cookie"] = cookies[nth(#cookies)]
    return wrk.format(method, path, headers, method == "POST" and data.profile or nil)
  end
end

local function always(path)
  return function()
    plain = plain or wrk.format("GET", path, headers)
    return plain
  end
end

local function with_jwt(path)
  return function()
    headers["Authorization"] = "Bearer " .. data.jwt
    return wrk.format("GET", path, headers)
  end
end

local operations = {
  ["get-session"] = with_cookie("GET", "/api/auth/get-session"),
  ["token"] = with_cookie("GET", "/api/auth/token"),
  ["profile"] = with_cookie("POST", "/api/user/profile"),

  ["jwks"] = always("/api/auth/jwks"),
  ["profile-jwt"] = with_jwt("/api/user/profile"),

  ["gate-bare"] = always("/bare/index.html"),
  ["gate-yes"] = with_jwt("/yes/index.html"),
  ["gate-jwt"] = with_jwt("/gate/index.html"),
  ["gate-copy"] = with_cookie("GET", "/gate/index.html", "copies"),
  ["gate-cookie"] = with_cookie("GET", "/gate/index.html"),

  ["sign-in"] = function()
    local body = string.format('{"email":"user%d@example.com","password":"%s"}', nth(data.users), data.password)
    return wrk.format("POST", "/api/auth/sign-in/email", headers, body)
  end,

  ["sign-up"] = function()
    count = count + 1
    local body = string.format('{"name":"Bench User","email":"%s-%d@example.com","password":"%s"%s}',
      name, count, data.password, data.profile and ',"profile":' .. data.profile or "")
    return wrk.format("POST", "/api/auth/sign-up/email", headers, body)
  end,
}

function init(args)
  operation, data, name = args[1], dofile(args[2]), args[3]
  math.randomseed(tonumber(args[4]))
  count = math.random(0, 1000000)
  headers = {["Host"] = data.host, ["Origin"] = "http://" .. data.host, ["Content-Type"] = "application/json"}
  request = operations[operation]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"seconds":%.6f,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f,"bad_status":%d,"socket_errors":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    latency.max / 1e3, errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
