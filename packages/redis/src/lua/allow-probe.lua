--[[
  Lets one request through to an endpoint that is throttled or whose breaker is open, because a person asked for it: the
  next request is the probe.

  KEYS  1 breaker
  Returns  0 requests are allowed anyway, 1 one probe is allowed, 2 an operator has paused it: nothing was changed
]]
local b = redis.call("HMGET", KEYS[1], "state", "pause_until", "held")
if b[3] == "1" then
  return 2
end
local time = redis.call("TIME")
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local answer = 0
if b[1] == "open" then
  redis.call("HSET", KEYS[1], "next_probe_at", 0)
  answer = 1
end
if tonumber(b[2] or "0") > now then
  redis.call("HSET", KEYS[1], "probe_allowed", 1)
  answer = 1
end
return answer
