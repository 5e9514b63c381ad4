--[[
  Undoes a kickoff whose client was answered with a failure. A run that a worker has begun stays.

  KEYS  1 exec, 2… its feeds
  Returns  1 discarded, 0 there was nothing to discard
]]
if redis.call("HGET", KEYS[1], "state") ~= "PENDING" then
  return 0
end
redis.call("DEL", unpack(KEYS))
return 1
