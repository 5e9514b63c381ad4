--[[
  Drops a delivery at a person's request: a dead letter, a parked one, or the held head of a strict feed. A delivery
  whose first attempt is in flight is not dropped. A later attempt may be in flight: its outcome finds the delivery
  gone, and changes nothing.

  KEYS  1 feed, 2 open, 3 dead
  ARGV  1 first seq
  Returns  0 there is nothing to drop, 1 its first attempt is in flight, 2 dropped
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
local state = string.sub(open, 1, 1)
-- A held delivery was stored as a sealed one that has a time, until it had a letter of its own.
if state == "s" and not cjson.decode(string.sub(open, 2)).nextAt then
  return 1
end
redis.call("HDEL", KEYS[2], ARGV[1])
if state == "p" then
  redis.call("HINCRBY", KEYS[1], "parked", -1)
end
redis.call("HINCRBY", KEYS[1], "discarded", 1)
return 2
