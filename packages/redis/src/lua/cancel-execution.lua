--[[
  A person wants a run stopped. One that no worker has (queued, or waiting for a person) ends here and now, under a new
  epoch, so that a worker that was about to begin cannot write; a running one is marked, and its worker ends it.

  KEYS  1 exec
  ARGV  1 reason
  Returns  1 it has ended now, 2 its worker was asked, 0 it had ended before
  Errors   -1 no such execution
]]
local state = redis.call("HGET", KEYS[1], "state")
if not state then
  return -1
end
if state == "SUCCESS" or state == "FAILED" or state == "REVOKED" then
  return 0
end
redis.call("HSET", KEYS[1], "cancel", 1)
local time = redis.call("TIME")
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if state ~= "PENDING" and state ~= "PAUSED" then
  return 2
end
redis.call("HINCRBY", KEYS[1], "epoch", 1)
redis.call("HSET", KEYS[1], "state", "REVOKED", "error", ARGV[1], "error_type", "Cancelled", "ended_at", now, "updated_at", now)
return 1
