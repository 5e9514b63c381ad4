--[[
  Creates an execution with its feeds, once, and lists it if its lists are on the same server.

  KEYS  1 exec, then one feed hash per subscription, then on a single server the sorted sets that list it, and last
        those open of its token, the set of tokens and the set of automations, unless there is no automation in ARGV
  ARGV  1 feeds, 2 when it was created in ms, 3 execution, 4 automation or empty, 5 name of its token, 6 how many may be
        open of it (0: any number), 7 number of record fields (name, value pairs), 8… those pairs, then per feed its
        subscription (JSON) and "due" if it is to announce its completion, else ""
  Returns  1 created, 0 it exists already
  Errors   -8 the maximum of open executions of its token is reached
]]
if redis.call("EXISTS", KEYS[1]) == 1 then
  return 0
end
local feeds = tonumber(ARGV[1])
local lists = #KEYS
if ARGV[4] ~= "" then
  lists = lists - 2
  local limit = tonumber(ARGV[6])
  if limit > 0 and redis.call("ZCARD", KEYS[lists]) >= limit then
    return -8
  end
  redis.call("SADD", KEYS[lists + 1], ARGV[5])
  redis.call("SADD", KEYS[lists + 2], ARGV[4])
end
for i = 2 + feeds, lists do
  redis.call("ZADD", KEYS[i], ARGV[2], ARGV[3])
end
local pairsCount = tonumber(ARGV[7])
redis.call(
  "HSET", KEYS[1], "state", "PENDING", "seq", 0, "epoch", 0, "runs", 0, "feeds", feeds, "feeds_open", feeds,
  unpack(ARGV, 8, 7 + pairsCount * 2)
)
for i = 1, feeds do
  local subscription, completion = unpack(ARGV, 6 + (pairsCount + i) * 2, 7 + (pairsCount + i) * 2)
  local feed = KEYS[1 + i]
  redis.call("HSET", feed, "sub", subscription, "state", "open", "cursor", 0, "woken", 0, "parked", 0, "sealed", 0)
  if completion ~= "" then
    redis.call("HSET", feed, "completion", completion)
  end
end
return 1
