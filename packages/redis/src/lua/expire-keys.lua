--[[
  Lets everything of an execution expire.

  KEYS  its keys
  ARGV  1 time to live in ms
  Returns  how many there were
]]
local count = 0
for i = 1, #KEYS do
  count = count + redis.call("PEXPIRE", KEYS[i], ARGV[1])
end
return count
