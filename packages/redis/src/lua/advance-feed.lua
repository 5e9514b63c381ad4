--[[
  One step of a feed: writes down what became of deliveries, then records the next ones before their first byte leaves
  and moves the cursor past what was read for them. Either part may be missing. Together they cost one round trip per
  turn of a busy feed.

  A delivery that is no longer open was settled by someone else: nothing changes, so a late failure never brings back
  what was acknowledged. A late acknowledgement counts: it takes back a dead letter. The compare-and-set on the cursor
  makes an event part of one delivery, whoever else drains this feed.

  KEYS  1 feed, 2 open, 3 dead, 4 attempts
  ARGV  1 attempt log length, 2 parked limit, 3 deliveries to settle,
        then (first seq, outcome, record JSON, events, attempt JSON) for each; outcome is "delivered", "parked", "dead",
        or "held" (stays sealed, to be tried again in place); an empty attempt JSON logs nothing;
        then, to seal: cursor that was read from, new cursor, (first seq, record JSON) per delivery
  Returns  {seal, wake, settled…}: seal is 1 when it was done, 0 when none was asked for, -3 when the cursor has moved,
           -6 when the feed is closed; wake is 1 when the feed had stopped at its parked limit and may go on; settled per
           delivery is 1, 2 when it took back a dead letter, or 0 when it changed nothing
]]
local settlements = tonumber(ARGV[3])
local answer = { 0, 0 }
if settlements > 0 then
  -- A write that needs no memory, and does nothing: after it Redis lets the script finish also when it is full. Refused,
  -- what was acknowledged would be sent again and again for as long as there is no room.
  redis.call("HDEL", KEYS[1], "")
end
local feed = redis.call("HMGET", KEYS[1], "cursor", "state", "blocked", "parked")
local parked = tonumber(feed[4] or "0")
local counts = {}
local function count(field, by)
  counts[field] = (counts[field] or 0) + by
end
local at = 4
for _ = 1, settlements do
  local first, outcome, record, events, attempt = unpack(ARGV, at, at + 4)
  at = at + 5
  local open = redis.call("HGET", KEYS[2], first)
  local takenBack = false
  if open then
    local wasParked = string.sub(open, 1, 1) == "p"
    if outcome == "parked" then
      redis.call("HSET", KEYS[2], first, "p" .. record)
    elseif outcome == "held" then
      redis.call("HSET", KEYS[2], first, "s" .. record)
    else
      redis.call("HDEL", KEYS[2], first)
      count(outcome, 1)
      count(outcome .. "_events", tonumber(events))
      if outcome == "dead" then
        redis.call("HSET", KEYS[3], first, record)
      end
    end
    if wasParked ~= (outcome == "parked") then
      count("parked", wasParked and -1 or 1)
    end
  elseif outcome == "delivered" and redis.call("HDEL", KEYS[3], first) == 1 then
    takenBack = true
    count("dead", -1)
    count("dead_events", -tonumber(events))
    count("delivered", 1)
    count("delivered_events", tonumber(events))
  end
  -- Nothing is logged for an execution that has expired meanwhile: the log would outlive it for ever.
  if attempt ~= "" and feed[2] then
    redis.call("XADD", KEYS[4], "MAXLEN", "~", ARGV[1], "*", "a", attempt)
  end
  answer[#answer + 1] = takenBack and 2 or open and 1 or 0
end
for field, by in pairs(counts) do
  if by ~= 0 then
    redis.call("HINCRBY", KEYS[1], field, by)
  end
end
if feed[3] == "1" and parked + (counts["parked"] or 0) < tonumber(ARGV[2]) then
  redis.call("HSET", KEYS[1], "blocked", 0)
  answer[2] = 1
end
if #ARGV < at then
  return answer
end
if feed[1] ~= ARGV[at] then
  answer[1] = -3
elseif feed[2] ~= "open" then
  answer[1] = -6
else
  redis.call("HSET", KEYS[1], "cursor", ARGV[at + 1])
  if #ARGV > at + 1 then
    local records = { KEYS[2] }
    for i = at + 2, #ARGV, 2 do
      records[#records + 1] = ARGV[i]
      records[#records + 1] = "s" .. ARGV[i + 1]
    end
    redis.call("HSET", unpack(records))
  end
  answer[1] = 1
end
return answer
