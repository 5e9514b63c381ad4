--[[
  Creates an execution with its feeds, once.

  KEYS  1 exec, 2… one feed hash per subscription
  ARGV  1 number of record fields (name, value pairs), 2… those pairs, then one subscription (JSON) per feed
  Returns  1 created, 0 it exists already
]]
if redis.call("EXISTS", KEYS[1]) == 1 then
  return 0
end
local pairsCount = tonumber(ARGV[1])
for i = 0, pairsCount - 1 do
  redis.call("HSET", KEYS[1], ARGV[2 + i * 2], ARGV[3 + i * 2])
end
local feeds = #KEYS - 1
redis.call("HSET", KEYS[1], "state", "PENDING", "seq", 0, "epoch", 0, "runs", 0, "feeds", feeds, "feeds_open", feeds)
for i = 1, feeds do
  redis.call("HSET", KEYS[1 + i], "sub", ARGV[1 + pairsCount * 2 + i], "state", "open", "cursor", 0, "woken", 0, "parked", 0)
end
return 1
