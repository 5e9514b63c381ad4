--[[
  Drops a delivery at a person's wish. One that is being sent (sealed) is not dropped.

  KEYS  1 feed, 2 open, 3 dead
  ARGV  1 first seq
  Returns  1 dropped, 0 there was nothing to drop
]]
if redis.call("HDEL", KEYS[3], ARGV[1]) == 1 then
  redis.call("HINCRBY", KEYS[1], "dead", -1)
  redis.call("HINCRBY", KEYS[1], "discarded", 1)
  return 1
end
local open = redis.call("HGET", KEYS[2], ARGV[1])
if not open or string.sub(open, 1, 1) ~= "p" then
  return 0
end
redis.call("HDEL", KEYS[2], ARGV[1])
redis.call("HINCRBY", KEYS[1], "parked", -1)
redis.call("HINCRBY", KEYS[1], "discarded", 1)
return 1
