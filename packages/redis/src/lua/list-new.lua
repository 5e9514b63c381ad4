--[[
  Lists a new execution. One call for four writes: each of its own would cost the kickoff a write to the socket.

  KEYS  1 all executions, 2 live ones, 3 those of its automation, 4 automations that ever ran
  ARGV  1 execution, 2 when it was created in ms, 3 automation
  Returns  1
]]
redis.call("ZADD", KEYS[1], ARGV[2], ARGV[1])
redis.call("ZADD", KEYS[2], ARGV[2], ARGV[1])
redis.call("ZADD", KEYS[3], ARGV[2], ARGV[1])
redis.call("SADD", KEYS[4], ARGV[3])
return 1
