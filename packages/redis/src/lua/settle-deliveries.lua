--[[
  Writes down what became of deliveries. One that is no longer open was settled by someone else: nothing changes, so a
  late failure never brings back what was acknowledged. A late acknowledgement counts: it takes back a dead letter.

  KEYS  1 feed, 2 open, 3 dead, 4 attempts
  ARGV  1 attempt log length, 2 parked limit,
        then (first seq, outcome, record JSON, events, attempt JSON) per delivery; outcome is
        "delivered", "parked", "dead", or "held" (stays sealed, to be tried again in place); an empty attempt JSON logs nothing
  Returns  {wake, settled…}: wake is 1 when the feed had stopped at its parked limit and may go on; settled per
           delivery is 1, 2 when it took back a dead letter, or 0 when it changed nothing
]]
-- A write that needs no memory, and does nothing: after it Redis lets the script finish also when it is full. Refused,
-- what was acknowledged would be sent again and again for as long as there is no room.
redis.call("HDEL", KEYS[1], "")
local answer = { 0 }
local feedExists = redis.call("EXISTS", KEYS[1]) == 1
for i = 3, #ARGV, 5 do
  local first, outcome, record, events, attempt = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local open = redis.call("HGET", KEYS[2], first)
  local takenBack = false
  if open then
    local wasParked = string.sub(open, 1, 1) == "p"
    if outcome == "parked" then
      redis.call("HSET", KEYS[2], first, "p" .. record)
      if not wasParked then
        redis.call("HINCRBY", KEYS[1], "parked", 1)
      end
    elseif outcome == "held" then
      redis.call("HSET", KEYS[2], first, "s" .. record)
      if wasParked then
        redis.call("HINCRBY", KEYS[1], "parked", -1)
      end
    else
      redis.call("HDEL", KEYS[2], first)
      if wasParked then
        redis.call("HINCRBY", KEYS[1], "parked", -1)
      end
      redis.call("HINCRBY", KEYS[1], outcome, 1)
      redis.call("HINCRBY", KEYS[1], outcome .. "_events", events)
      if outcome == "dead" then
        redis.call("HSET", KEYS[3], first, record)
      end
    end
  elseif outcome == "delivered" and redis.call("HDEL", KEYS[3], first) == 1 then
    takenBack = true
    redis.call("HINCRBY", KEYS[1], "dead", -1)
    redis.call("HINCRBY", KEYS[1], "dead_events", -events)
    redis.call("HINCRBY", KEYS[1], "delivered", 1)
    redis.call("HINCRBY", KEYS[1], "delivered_events", events)
  end
  -- Nothing is logged for an execution that has expired meanwhile: the log would outlive it for ever.
  if attempt ~= "" and feedExists then
    redis.call("XADD", KEYS[4], "MAXLEN", "~", ARGV[1], "*", "a", attempt)
  end
  answer[#answer + 1] = takenBack and 2 or open and 1 or 0
end
local feed = redis.call("HMGET", KEYS[1], "blocked", "parked")
if feed[1] == "1" and tonumber(feed[2]) < tonumber(ARGV[2]) then
  redis.call("HSET", KEYS[1], "blocked", 0)
  answer[1] = 1
end
return answer
