--[[
  May a request be sent to this endpoint? While its breaker is open, one caller at a time may send a probe.

  KEYS  1 breaker
  ARGV  1 how long a probe may take in ms, 2 successful requests since the last call
  Returns  {answer, wait in ms, ms since which it has been failing}; answer is
           0 yes, 1 yes, as the probe, 2 not now, 3 not until an operator resumes it
]]
local b = redis.call("HMGET", KEYS[1], "state", "next_probe_at", "probe_until", "pause_until", "held", "opened_at", "probe_allowed")
local time = redis.call("TIME")
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if tonumber(ARGV[2]) > 0 and b[1] ~= "open" then
  redis.call("HSET", KEYS[1], "failures", 0)
  redis.call("HINCRBY", KEYS[1], "window_ok", ARGV[2])
  if b[5] ~= "1" then
    redis.call("PEXPIRE", KEYS[1], 604800000)
  end
end
local failing = b[6] and math.max(1, now - tonumber(b[6])) or 0
if b[5] == "1" then
  return { 3, 5000, failing }
end
local pause = tonumber(b[4] or "0") - now
if pause > 0 then
  if b[7] ~= "1" then
    return { 2, pause, failing }
  end
  -- A person asked for a retry: one request goes through, and closes the breaker if it succeeds.
  redis.call("HDEL", KEYS[1], "probe_allowed")
  redis.call("HSET", KEYS[1], "probe_until", now + tonumber(ARGV[1]))
  return { 1, 0, failing }
end
if b[1] ~= "open" then
  return { 0, 0, 0 }
end
local wait = tonumber(b[2] or "0") - now
if wait > 0 then
  return { 2, wait, failing }
end
local probing = tonumber(b[3] or "0") - now
if probing > 0 then
  return { 2, math.min(probing, 1000), failing }
end
redis.call("HSET", KEYS[1], "probe_until", now + tonumber(ARGV[1]))
return { 1, 0, failing }
