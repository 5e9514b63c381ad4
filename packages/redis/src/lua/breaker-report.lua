--[[
  What a request's outcome says about its endpoint. The breaker opens on consecutive failures or on the failure rate of
  a window, and closes on a success; each probe without a response doubles the pause before the next.

  KEYS  1 breaker
  ARGV  1 "success", "failure" or "ignored" (nothing to judge by), 2 "1" when it was the probe, 3 consecutive failures that open it, 4 window in ms,
        5 requests in a window for its rate to count, 6 failure rate in percent, 7 first pause in ms, 8 longest pause,
        9 ms for which the endpoint asked to be left alone, 10 reason, 11 successes since the last call,
        12 "1" when the endpoint answered
  Returns  {change, wait in ms}; change is 0 none, 1 opened, 2 closed
]]
-- As in advance-feed.lua: an endpoint's outcome is recorded even if Redis is full. If it were rejected, the attempt
-- would not count, would be repeated again and again, and would never open the breaker.
redis.call("HDEL", KEYS[1], "")
local b = redis.call("HMGET", KEYS[1], "state", "failures", "window_at", "window_ok", "window_ill", "trips", "held", "pause_until")
local time = redis.call("TIME")
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

-- A breaker without a report for a week is forgotten; an endpoint that an operator has paused stays paused.
local function write(...)
  redis.call("HSET", KEYS[1], ...)
  if b[7] ~= "1" then
    redis.call("PEXPIRE", KEYS[1], 604800000)
  end
end

if ARGV[1] == "success" then
  local throttled = tonumber(b[8] or "0") > now
  if b[1] ~= "open" and not (throttled and ARGV[2] == "1") then
    write("failures", 0)
    return { 0, 0 }
  end
  redis.call("HDEL", KEYS[1], "pause_until", "failures", "trips", "probe_until", "next_probe_at", "opened_at", "window_at", "window_ok", "window_ill", "reason")
  write("state", "closed", "closed_at", now)
  return { 2, 0 }
end
if ARGV[1] == "ignored" then
  -- A probe that our own shutdown cut off is not a failure: the next one is sent after a pause that has not grown.
  if b[1] ~= "open" or ARGV[2] ~= "1" then
    return { 0, 0 }
  end
  local pause = math.floor(math.min(tonumber(ARGV[7]) * 2 ^ tonumber(b[6] or "0"), tonumber(ARGV[8])))
  write("probe_until", 0, "next_probe_at", now + pause)
  return { 0, pause }
end
write("reason", ARGV[10], "failed_at", now)
local asked = tonumber(ARGV[9])
if asked > 0 then
  write("pause_until", now + asked)
end
if b[1] == "open" then
  if ARGV[2] ~= "1" then
    return { 0, 0 }
  end
  -- An endpoint that responds, even with an error, may object to this one delivery only: the next probe, with another
  -- delivery, is soon.
  local trips = tonumber(b[6] or "0") + (ARGV[12] == "1" and 0 or 1)
  local pause = math.min(tonumber(ARGV[7]) * 2 ^ trips, tonumber(ARGV[8]))
  write("trips", trips, "probe_until", 0, "next_probe_at", math.floor(now + pause))
  return { 0, math.floor(pause) }
end
local ok = tonumber(b[4] or "0") + tonumber(ARGV[11])
local ill = tonumber(b[5] or "0") + 1
local windowAt = tonumber(b[3] or "0")
if now - windowAt > tonumber(ARGV[4]) then
  windowAt, ok, ill = now, tonumber(ARGV[11]), 1
end
local failures = 1
if tonumber(ARGV[11]) == 0 then
  failures = tonumber(b[2] or "0") + 1
end
write("failures", failures, "window_at", windowAt, "window_ok", ok, "window_ill", ill)
local rateOpens = ok + ill >= tonumber(ARGV[5]) and ill * 100 >= (ok + ill) * tonumber(ARGV[6])
if failures < tonumber(ARGV[3]) and not rateOpens then
  return { 0, math.max(asked, 0) }
end
local pause = math.min(tonumber(ARGV[7]), tonumber(ARGV[8]))
write("state", "open", "opened_at", now, "trips", 0, "probe_until", 0, "next_probe_at", now + pause)
return { 1, pause }
