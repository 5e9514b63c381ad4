--[[
  Brings the next attempt of a delivery forward. Its schedule continues unchanged: the record keeps the original time,
  for when this attempt fails as well. Only failures caused by the endpoint are brought forward: a delivery that was
  rejected individually keeps its time. A delivery that has been brought forward already gets the same answer: the
  process that did it may have died before its job was moved.

  KEYS  1 open
  ARGV  1 first seq, 2 when, in ms
  Returns  0 it keeps its time, or no longer exists; 1 it is parked, 2 it is held at the head of a strict feed
]]
local open = redis.call("HGET", KEYS[1], ARGV[1])
if not open then
  return 0
end
local record = cjson.decode(string.sub(open, 2))
local refused = record.outcome == "redirected" or record.outcome == "forbidden"
  or (record.outcome == "rejected" and (record.status or 0) < 500)
if refused or not record.nextAt then
  return 0
end
local state = string.sub(open, 1, 1)
if record.nextAt > tonumber(ARGV[2]) then
  record.expeditedFrom = record.expeditedFrom or record.nextAt
  record.nextAt = tonumber(ARGV[2])
  redis.call("HSET", KEYS[1], ARGV[1], state .. cjson.encode(record))
elseif not record.expeditedFrom then
  return 0
end
return state == "p" and 1 or 2
