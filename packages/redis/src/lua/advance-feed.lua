--[[
  One turn of a feed: records the outcomes of deliveries, then records the next deliveries before their first byte is
  sent and moves the cursor past what was read for them. Either part may be missing. Together they cost one round trip
  per turn of a busy feed.

  A delivery that is no longer open was settled by another process: nothing changes, so a late failure never brings back
  what was acknowledged. A late acknowledgement counts: it removes a dead letter. The compare-and-set on the cursor puts
  an event in exactly one delivery, whichever other process drains this feed.

  The feed counts what was sealed. The last delivery of a feed whose stream will not grow is sealed with these totals,
  which its receiver gets. If the run ended only after it was sealed, an empty delivery with the totals may follow it;
  the feed's field `completion` is "due" while that is wanted.

  KEYS  1 feed, 2 open, 3 dead, 4 attempts, 5 exec
  ARGV  1 attempt log length, 2 parked limit, 3 deliveries to settle,
        then (first seq, outcome, record JSON, events, attempt JSON) for each; outcome is "delivered", "parked", "dead",
        or "held" (waits at the head of its strict feed); an empty attempt JSON logs nothing;
        then, to seal: cursor that was read from, new cursor, "last" when no selected event up to there is left,
        "completion" for the empty delivery, else "more", events of all deliveries together, (first seq, record JSON) each
  Returns  {seal, wake, deliveries, events, settled…}: seal is 1 when it was done, 0 when none was asked for, -3 when the
           cursor has moved or no completion is due, -6 when the feed is closed; wake is 1 when the feed had stopped at its
           parked limit and may go on; deliveries and events are the totals when the last delivery was sealed with them,
           else 0; settled per delivery is 1, 2 when it took back a dead letter, or 0 when it changed nothing
]]
local settlements = tonumber(ARGV[3])
local answer = { 0, 0, 0, 0 }
if settlements > 0 then
  -- A write that needs no memory and has no effect: after it Redis lets the script finish even if it is full. If the
  -- script were rejected, an acknowledged delivery would be sent again and again for as long as there is no room.
  redis.call("HDEL", KEYS[1], "")
end
local feed = redis.call("HMGET", KEYS[1], "cursor", "state", "blocked", "parked", "until", "sealed", "completion")
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
      redis.call("HSET", KEYS[2], first, "h" .. record)
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
  -- Nothing is logged for an execution that has expired meanwhile: the log would never expire.
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
local from, to, kind, events = unpack(ARGV, at, at + 3)
local records = { unpack(ARGV, at + 4) }
if feed[1] ~= from then
  answer[1] = -3
  return answer
end
if feed[2] ~= "open" then
  answer[1] = -6
  return answer
end
local complete = false
if kind ~= "more" and #records > 0 and feed[6] then
  local exec = redis.call("HMGET", KEYS[5], "seq", "state")
  local ended = exec[2] == "SUCCESS" or exec[2] == "FAILED" or exec[2] == "REVOKED"
  local last = math.min(tonumber(exec[1] or "0"), tonumber(feed[5] or exec[1] or "0"))
  complete = (ended or feed[5]) and tonumber(to) >= last
end
if kind == "completion" and not (complete and feed[7] == "due") then
  answer[1] = -3
  return answer
end
redis.call("HSET", KEYS[1], "cursor", to)
answer[1] = 1
if #records == 0 then
  return answer
end
if feed[6] then
  local deliveries = redis.call("HINCRBY", KEYS[1], "sealed", #records / 2)
  local sum = redis.call("HINCRBY", KEYS[1], "sealed_events", events)
  if complete then
    local totals = string.format(',"complete":{"deliveries":%d,"events":%d}}', deliveries, sum)
    records[#records] = string.sub(records[#records], 1, -2) .. totals
    redis.call("HDEL", KEYS[1], "completion")
    answer[3] = deliveries
    answer[4] = sum
  end
end
for i = 2, #records, 2 do
  records[i] = "s" .. records[i]
end
redis.call("HSET", KEYS[2], unpack(records))
return answer
