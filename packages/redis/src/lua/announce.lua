--[[
  A worker announces what it serves; announcements of workers that have not renewed them are removed.

  KEYS  1 automations
  ARGV  1 worker id, 2 announcement JSON (empty: the worker leaves), 3 time to live in ms
  Returns  1
]]
local time = redis.call("TIME")
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if ARGV[2] == "" then
  redis.call("HDEL", KEYS[1], ARGV[1])
else
  redis.call("HSET", KEYS[1], ARGV[1], (now + tonumber(ARGV[3])) .. " " .. ARGV[2])
end
local all = redis.call("HGETALL", KEYS[1])
for i = 1, #all, 2 do
  if tonumber(string.match(all[i + 1], "^%d+")) < now then
    redis.call("HDEL", KEYS[1], all[i])
  end
end
return 1
