--[[
  A client follows an execution: from now on appends to it are announced on a channel.

  KEYS  1 exec
  ARGV  1 channel
  Returns  1, or 0 when there is no such execution (any more)
]]
if redis.call("EXISTS", KEYS[1]) == 0 then
  return 0
end
redis.call("HSET", KEYS[1], "watch", ARGV[1])
return 1
