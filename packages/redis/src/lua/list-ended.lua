--[[
  Moves an execution from the list of live ones to that of its outcome, and removes it from the open ones of its token;
  one that was never listed stays unlisted.

  KEYS  1 live executions, 2 those that ended in its state, 3 those open of its token
  ARGV  1 execution, 2 when it was created in ms
  Returns  1 moved, 0 it was not among the live ones
]]
redis.call("ZREM", KEYS[3], ARGV[1])
if redis.call("ZREM", KEYS[1], ARGV[1]) == 0 then
  return 0
end
redis.call("ZADD", KEYS[2], ARGV[2], ARGV[1])
return 1
