--[[
  Adds a feed to an existing execution: a replay, or a subscription that follows the run from now on. An expiry that was
  set is removed until the feed is done.

  KEYS  1 exec, 2 the new feed, 3… every other key of the execution
  ARGV  1 number of the new feed, 2 subscription JSON, 3 cursor, 4 last sequence that it delivers; empty for
        one that follows the run,
        5 "due" if it is to announce its completion, else ""
  Returns  1
  Errors   -1 no such execution, -3 another feed has this number
]]
local feeds = redis.call("HGET", KEYS[1], "feeds")
if not feeds then
  return -1
end
if feeds ~= ARGV[1] then
  return -3
end
redis.call("HSET", KEYS[2], "sub", ARGV[2], "state", "open", "cursor", ARGV[3], "woken", 1, "parked", 0, "sealed", 0)
if ARGV[4] ~= "" then
  redis.call("HSET", KEYS[2], "until", ARGV[4])
end
if ARGV[5] ~= "" then
  redis.call("HSET", KEYS[2], "completion", ARGV[5])
end
redis.call("HINCRBY", KEYS[1], "feeds", 1)
redis.call("HINCRBY", KEYS[1], "feeds_open", 1)
redis.call("PERSIST", KEYS[1])
for i = 3, #KEYS do
  redis.call("PERSIST", KEYS[i])
end
return 1
