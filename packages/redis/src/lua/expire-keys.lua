--[[
  Lets everything of an execution expire, unless one of its feeds is open (again): a replay may have been added
  meanwhile.

  KEYS  its keys, the first of them its record
  ARGV  1 time to live in ms
  Returns  the number of keys
  Errors   -3 a feed is open
]]
local open = redis.call("HGET", KEYS[1], "feeds_open")
if open and tonumber(open) > 0 then
  return -3
end
local count = 0
for i = 1, #KEYS do
  count = count + redis.call("PEXPIRE", KEYS[i], ARGV[1])
end
return count
