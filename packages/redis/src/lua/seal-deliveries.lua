--[[
  Records deliveries before their first byte leaves, and moves the feed's cursor past what was read for them.
  The compare-and-set on the cursor makes an event part of one delivery, whoever else drains this feed.

  KEYS  1 feed, 2 open
  ARGV  1 cursor that was read from, 2 new cursor, then (first seq, record JSON) per delivery
  Returns  1
  Errors   -3 the cursor has moved, -6 the feed is closed
]]
local feed = redis.call("HMGET", KEYS[1], "cursor", "state")
if feed[1] ~= ARGV[1] then
  return -3
end
if feed[2] ~= "open" then
  return -6
end
redis.call("HSET", KEYS[1], "cursor", ARGV[2])
for i = 3, #ARGV, 2 do
  redis.call("HSET", KEYS[2], ARGV[i], "s" .. ARGV[i + 1])
end
return 1
