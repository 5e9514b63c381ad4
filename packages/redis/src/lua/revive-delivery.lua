--[[
  Makes a delivery due at a person's wish: a dead letter is parked again, a parked one gets a new time. A feed that was
  done is not done any more, and what was about to expire stays until it is.

  KEYS  1 exec, 2 feed, 3 open, 4 dead, 5… every other key of the execution
  ARGV  1 first seq, 2 its record, 3 1 when it is a dead letter
  Returns  2 done, and its execution is to be watched again; 1 done; 0 it is not there (any more)
]]
local from = ARGV[3] == "1" and KEYS[4] or KEYS[3]
if redis.call("HEXISTS", from, ARGV[1]) == 0 then
  return 0
end
if ARGV[3] == "1" then
  redis.call("HDEL", KEYS[4], ARGV[1])
  redis.call("HINCRBY", KEYS[2], "dead", -1)
  redis.call("HINCRBY", KEYS[2], "parked", 1)
end
redis.call("HSET", KEYS[3], ARGV[1], "p" .. ARGV[2])
local feed = redis.call("HMGET", KEYS[2], "state", "reason")
if feed[1] ~= "done" then
  return 1
end
redis.call("HSET", KEYS[2], "state", feed[2] and "closed" or "open")
redis.call("HINCRBY", KEYS[1], "feeds_open", 1)
for i = 1, #KEYS do
  redis.call("PERSIST", KEYS[i])
end
return 2
