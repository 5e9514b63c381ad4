--[[
  Creates an execution with its feeds, once, and lists it where one server holds its lists too.

  KEYS  1 exec, then one feed hash per subscription, then on a single server the sorted sets that list it, and last
        the set of automations unless there is none in ARGV
  ARGV  1 feeds, 2 when it was created in ms, 3 execution, 4 automation or empty, 5 number of record fields (name, value pairs),
        6… those pairs, then per feed its subscription (JSON) and "due" when it is to say that it is complete, else ""
  Returns  1 created, 0 it exists already
]]
local feeds = tonumber(ARGV[1])
local lists = #KEYS
if ARGV[4] ~= "" then
  redis.call("SADD", KEYS[lists], ARGV[4])
  lists = lists - 1
end
for i = 2 + feeds, lists do
  redis.call("ZADD", KEYS[i], ARGV[2], ARGV[3])
end
if redis.call("EXISTS", KEYS[1]) == 1 then
  return 0
end
local pairsCount = tonumber(ARGV[5])
redis.call(
  "HSET", KEYS[1], "state", "PENDING", "seq", 0, "epoch", 0, "runs", 0, "feeds", feeds, "feeds_open", feeds,
  unpack(ARGV, 6, 5 + pairsCount * 2)
)
for i = 1, feeds do
  local subscription, completion = unpack(ARGV, 4 + (pairsCount + i) * 2, 5 + (pairsCount + i) * 2)
  local feed = KEYS[1 + i]
  redis.call("HSET", feed, "sub", subscription, "state", "open", "cursor", 0, "woken", 0, "parked", 0, "sealed", 0)
  if completion ~= "" then
    redis.call("HSET", feed, "completion", completion)
  end
end
return 1
