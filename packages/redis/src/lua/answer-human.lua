--[[
  Stores a person's answer where the run will find it, and resumes the run. Followers of the execution are notified.

  KEYS  1 exec, 2 journal
  ARGV  1 journal path of the request, 2 the answer's row, 3 id of the request, 4 what is stored for repeated answers
  Returns  1 answered, 0 it was answered already or the run is not waiting
  Errors   -1 no such execution
]]
local state = redis.call("HGET", KEYS[1], "state")
if not state then
  return -1
end
if state ~= "PAUSED" or redis.call("HSETNX", KEYS[2], ARGV[1], ARGV[2]) == 0 then
  return 0
end
redis.call("HSET", KEYS[1], "state", "RUNNING", "lease_until", 0)
redis.call("HSET", KEYS[1], "answer:" .. ARGV[3], ARGV[4])
redis.call("HDEL", KEYS[1], "pending")
local watch = redis.call("HGET", KEYS[1], "watch")
if watch then
  redis.call("PUBLISH", watch, 0)
end
return 1
