--[[
  A person wants to stop a run. One that is queued ends immediately, under a new epoch, so that a worker that was about
  to begin cannot write. Any other is marked: its worker ends it, or, if it waits for a person, the worker that resumes
  it, as what the run has begun has to be closed.

  KEYS  1 exec
  ARGV  1 reason
  Returns  1 it has ended now, 2 its worker was asked, 3 a worker must take it to end it, 0 it had ended before
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
local function tell()
  local watch = redis.call("HGET", KEYS[1], "watch")
  if watch then
    redis.call("PUBLISH", watch, 0)
  end
end
local time = redis.call("TIME")
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if state == "PAUSED" then
  redis.call("HSET", KEYS[1], "state", "RUNNING", "lease_until", 0)
  redis.call("HDEL", KEYS[1], "pending")
  tell()
  return 3
end
if state ~= "PENDING" then
  return 2
end
redis.call("HINCRBY", KEYS[1], "epoch", 1)
redis.call("HSET", KEYS[1], "state", "REVOKED", "error", ARGV[1], "error_type", "Cancelled", "ended_at", now, "updated_at", now)
tell()
return 1
