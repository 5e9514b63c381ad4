--[[
  Removes a started run from the count of those that may have crashed because of their execution. An execution that has
  expired meanwhile is not created again.

  KEYS  1 exec
  Returns  1 if it was decremented, 0 when there is nothing to count
]]
if redis.call("HEXISTS", KEYS[1], "runs") == 0 then
  return 0
end
redis.call("HINCRBY", KEYS[1], "runs", -1)
return 1
