--[[
  Makes a delivery due at a person's request, with its retry schedule from the beginning: a dead letter is parked again;
  a parked one, and the held head of a strict feed, get a new time where they are. Its record is changed here and not by
  the caller, so that an attempt which is recorded meanwhile is not undone. A feed that was done is open again, and what
  was about to expire stays until it is done.

  KEYS  1 exec, 2 feed, 3 open, 4 dead, 5… every other key of the execution
  ARGV  1 first seq, 2 now in ms
  Returns  {what, again}: what is 0 it is not there (any more), 1 its first attempt is in flight, 2 it is parked,
           3 it is held; again is 1 when its execution is to be watched again
]]
local open = redis.call("HGET", KEYS[3], ARGV[1])
local dead = not open and redis.call("HGET", KEYS[4], ARGV[1])
if not open and not dead then
  return { 0, 0 }
end
local record = cjson.decode(dead or string.sub(open, 2))
local state = dead and "p" or string.sub(open, 1, 1)
-- A held delivery was stored as a sealed one that has a time, until it had a letter of its own.
if state == "s" then
  if not record.nextAt then
    return { 1, 0 }
  end
  state = "h"
end
record.nextAt = tonumber(ARGV[2])
record.revivedAt = record.nextAt
record.scheduleFrom = record.attempts
record.expeditedFrom = nil
redis.call("HSET", KEYS[3], ARGV[1], state .. cjson.encode(record))
if dead then
  redis.call("HDEL", KEYS[4], ARGV[1])
  redis.call("HINCRBY", KEYS[2], "dead", -1)
  redis.call("HINCRBY", KEYS[2], "parked", 1)
end
local what = state == "h" and 3 or 2
local feed = redis.call("HMGET", KEYS[2], "state", "reason")
if feed[1] ~= "done" then
  return { what, 0 }
end
redis.call("HSET", KEYS[2], "state", feed[2] and "closed" or "open")
redis.call("HINCRBY", KEYS[1], "feeds_open", 1)
for i = 1, #KEYS do
  redis.call("PERSIST", KEYS[i])
end
return { what, 1 }
