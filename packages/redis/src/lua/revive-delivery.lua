--[[
  Makes a delivery due at a person's wish: a dead letter is parked again, a parked one gets a new time.

  KEYS  1 feed, 2 open, 3 dead
  ARGV  1 first seq, 2 its record, 3 1 when it is a dead letter
  Returns  1 done, 0 it is not there (any more)
]]
local from = ARGV[3] == "1" and KEYS[3] or KEYS[2]
if redis.call("HEXISTS", from, ARGV[1]) == 0 then
  return 0
end
if ARGV[3] == "1" then
  redis.call("HDEL", KEYS[3], ARGV[1])
  redis.call("HINCRBY", KEYS[1], "dead", -1)
  redis.call("HINCRBY", KEYS[1], "parked", 1)
end
redis.call("HSET", KEYS[2], ARGV[1], "p" .. ARGV[2])
return 1
