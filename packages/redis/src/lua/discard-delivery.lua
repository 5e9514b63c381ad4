--[[
  Drops a delivery at a person's wish: a dead letter, a parked one, or the held head of a strict feed. One that is being
  sent for the first time is not dropped. A later attempt of it may be under way: whatever becomes of that finds the
  delivery gone, and changes nothing.

  KEYS  1 feed, 2 open, 3 dead
  ARGV  1 first seq
  Returns  0 there is nothing to drop, 1 it is being sent for the first time, 2 dropped
]]
if redis.call("HDEL", KEYS[3], ARGV[1]) == 1 then
  redis.call("HINCRBY", KEYS[1], "dead", -1)
  redis.call("HINCRBY", KEYS[1], "discarded", 1)
  return 2
end
local open = redis.call("HGET", KEYS[2], ARGV[1])
if not open then
  return 0
end
local isSealed = string.sub(open, 1, 1) == "s"
if isSealed and not cjson.decode(string.sub(open, 2)).nextAt then
  return 1
end
redis.call("HDEL", KEYS[2], ARGV[1])
if not isSealed then
  redis.call("HINCRBY", KEYS[1], "parked", -1)
end
redis.call("HINCRBY", KEYS[1], "discarded", 1)
return 2
