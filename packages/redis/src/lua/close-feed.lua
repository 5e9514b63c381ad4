--[[
  Ends a subscription at its receiver's request: nothing more is sealed, and open deliveries become dead letters, where
  a person sees them.

  KEYS  1 feed, 2 open, 3 dead
  ARGV  1 reason
  Returns  how many deliveries became dead letters
]]
if redis.call("HGET", KEYS[1], "state") ~= "open" then
  return 0
end
redis.call("HSET", KEYS[1], "state", "closed", "reason", ARGV[1], "parked", 0)
local open = redis.call("HGETALL", KEYS[2])
for i = 1, #open, 2 do
  redis.call("HSET", KEYS[3], open[i], string.sub(open[i + 1], 2))
end
redis.call("DEL", KEYS[2])
redis.call("HINCRBY", KEYS[1], "dead", #open / 2)
return #open / 2
