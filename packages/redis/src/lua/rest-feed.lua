--[[
  A feed has nothing more to do now: checks whether that is still true, as more may have been appended meanwhile.

  KEYS  1 exec, 2 feed, 3 open
  ARGV  1 parked limit, 2 channel on which its worker waits briefly for more; empty if it does not; "-" from a caller
        that only checks whether the feed is done: whether it is awake remains as its own job has set it
  Returns  0 asleep: the next append wakes it
           5 waiting: it stays awake, and the next append is announced on the channel
           1 there is more: events, or the empty delivery that announces the feed's completion
           2 blocked at its parked limit: the settling of a parked delivery wakes it
           3 done: the execution has ended (or the replay its range) and all its events are settled
           4 done, and it was the last feed of its execution
  Errors   -1 no such execution
]]
local exec = redis.call("HMGET", KEYS[1], "seq", "state")
if not exec[1] then
  return -1
end
local feed = redis.call("HMGET", KEYS[2], "cursor", "parked", "state", "until", "completion")
local last = math.min(tonumber(exec[1]), tonumber(feed[4] or exec[1]))
local ended = exec[2] == "SUCCESS" or exec[2] == "FAILED" or exec[2] == "REVOKED"
local completes = feed[5] == "due" and (ended or feed[4])
if feed[3] == "open" and (last > tonumber(feed[1]) or completes) then
  if tonumber(feed[2]) >= tonumber(ARGV[1]) then
    redis.call("HSET", KEYS[2], "blocked", 1)
    return 2
  end
  return 1
end
local beside = ARGV[2] == "-"
if ARGV[2] ~= "" and not beside and feed[3] == "open" and not (ended or feed[4]) then
  redis.call("HSET", KEYS[2], "linger", ARGV[2], "woken", 1)
  return 5
end
if not beside then
  redis.call("HSET", KEYS[2], "woken", 0)
  redis.call("HDEL", KEYS[2], "linger")
end
if not (ended or feed[4]) or feed[3] == "done" or redis.call("HLEN", KEYS[3]) > 0 then
  return 0
end
redis.call("HSET", KEYS[2], "state", "done")
if redis.call("HINCRBY", KEYS[1], "feeds_open", -1) <= 0 and ended then
  return 4
end
return 3
