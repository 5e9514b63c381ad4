--[[
  Acquires the lease of an execution for a worker, with a new epoch, so that writes of an earlier holder are rejected.

  KEYS  1 exec
  ARGV  1 owner, 2 lease in ms
  Returns  {epoch, seq, runs}
  Errors   {-1} no such execution, {-4} it has ended, {-5, ms left} another worker holds it, {-7} it is paused
]]
local record = redis.call("HMGET", KEYS[1], "state", "owner", "lease_until", "seq")
local state = record[1]
if not state then
  return { -1 }
end
if state == "SUCCESS" or state == "FAILED" or state == "REVOKED" then
  return { -4 }
end
if state == "PAUSED" then
  return { -7 }
end
local time = redis.call("TIME")
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local leaseUntil = tonumber(record[3] or "0")
if leaseUntil > now and record[2] ~= ARGV[1] then
  return { -5, leaseUntil - now }
end
local epoch = redis.call("HINCRBY", KEYS[1], "epoch", 1)
local runs = redis.call("HINCRBY", KEYS[1], "runs", 1)
redis.call("HSET", KEYS[1], "owner", ARGV[1], "lease_until", now + tonumber(ARGV[2]))
redis.call("HSETNX", KEYS[1], "started_at", now)
if state == "PENDING" then
  redis.call("HSET", KEYS[1], "state", "STARTED")
end
return { epoch, tonumber(record[4]), runs }
