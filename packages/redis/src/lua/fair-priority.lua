--[[
  The priority of a new job in a queue whose owners take turns, as in start-time fair queueing: an owner's jobs are
  numbered starting from the job that is to be taken next, so a burst of one owner queues behind the next job of every
  other. While nothing waits there is nothing to be fair about, and the numbers start over.

  KEYS  1 the queue's waiting jobs by priority, 2 owner → the last number it was given, 3 exists if the job is waiting
  ARGV  1 owner, 2 "1" if the job replaces one that waits
  Returns  the priority; the lowest is taken first
]]
-- BullMQ's score is the priority times 2^32 plus a counter, and its highest priority 2^21.
local first = redis.call("ZRANGE", KEYS[1], 0, 0, "WITHSCORES")[2]
if not first then
  redis.call("DEL", KEYS[2])
end
local turn = first and math.floor(tonumber(first) / 4294967296) - 1 or 0
local last = tonumber(redis.call("HGET", KEYS[2], ARGV[1]) or "0")
local priority = math.min(math.max(turn, last) + 1, 2097152)
-- Adding a job that is waiting already takes no turn.
if ARGV[2] == "1" or redis.call("EXISTS", KEYS[3]) == 0 then
  redis.call("HSET", KEYS[2], ARGV[1], priority)
end
return priority
