--[[
  Renews the lease, or with 0 ms releases it; then `runs` is decremented too, as the run was handed over without a
  crash.

  KEYS  1 exec
  ARGV  1 epoch, 2 lease in ms (0: release)
  Returns  1 if a cancel was requested, else 0
  Errors   -1 no such execution, -2 the lease was lost
]]
local record = redis.call("HMGET", KEYS[1], "epoch", "cancel")
if not record[1] then
  return -1
end
if record[1] ~= ARGV[1] then
  return -2
end
local ms = tonumber(ARGV[2])
if ms == 0 then
  redis.call("HSET", KEYS[1], "lease_until", 0)
  redis.call("HINCRBY", KEYS[1], "runs", -1)
else
  local time = redis.call("TIME")
  redis.call("HSET", KEYS[1], "lease_until", tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) + ms)
end
return record[2] and 1 or 0
