--[[
  Lists a new execution. A single call for all writes: separate calls would each cost the kickoff a write to the socket.

  KEYS  1 all executions, 2 live ones, 3 those of its automation, 4 those of its token, 5 those open of its token,
        6 tokens, 7 automations that ever ran
  ARGV  1 execution, 2 when it was created in ms, 3 automation, 4 name of its token, 5 how many may be open of it (0: any
        number)
  Returns  1
  Errors   -8 the maximum of open executions of its token is reached
]]
local limit = tonumber(ARGV[5])
if limit > 0 and redis.call("ZCARD", KEYS[5]) >= limit and not redis.call("ZSCORE", KEYS[5], ARGV[1]) then
  return -8
end
for i = 1, 5 do
  redis.call("ZADD", KEYS[i], ARGV[2], ARGV[1])
end
redis.call("SADD", KEYS[6], ARGV[4])
redis.call("SADD", KEYS[7], ARGV[3])
return 1
