--[[
  Adds lines to an execution's log. They may arrive when it has ended and expires, or is gone: stored lines expire with
  its record.

  KEYS  1 exec, 2 logs
  ARGV  1 how many lines are kept, then one line each (JSON)
  Returns  1 added, 0 there is no such execution (any more)
]]
if redis.call("EXISTS", KEYS[1]) == 0 then
  return 0
end
for i = 2, #ARGV do
  redis.call("XADD", KEYS[2], "MAXLEN", ARGV[1], "*", "l", ARGV[i])
end
local left = redis.call("PTTL", KEYS[1])
if left > 0 then
  redis.call("PEXPIRE", KEYS[2], left)
end
return 1
