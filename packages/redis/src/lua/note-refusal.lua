--[[
  Records how an endpoint that is up last refused a delivery (4xx, 410): its breaker stays closed, but people see it.

  KEYS  1 breaker
  ARGV  1 the refusal, e.g. "rejected 401"
  Returns  1
]]
local time = redis.call("TIME")
redis.call("HSET", KEYS[1], "refusal", ARGV[1], "refused_at", tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
if redis.call("HGET", KEYS[1], "held") ~= "1" then
  redis.call("PEXPIRE", KEYS[1], 604800000)
end
return 1
