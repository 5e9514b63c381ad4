--[[
  One step of a run: its events, its journal rows and the record's new fields, all or nothing, by the lease's holder
  only. Repeating a call whose reply was lost changes nothing: entries that exist already are skipped. It returns all
  its feeds again, as the first reply, which named those to wake, may have been lost.

  Followers of the execution are notified on its channel.
  A worker that waits at a feed is notified on its channel, with the events if they are few: `KEY
  LAST
  TEXT`, else `KEY`.

  KEYS  1 exec, 2 events, 3 journal, 4… the feeds that select at least one of these events
  ARGV  1 epoch, 2 sequence of the first event, 3 entries, 4 rows, 5 fields, then (sequence of the last event, text) per
        entry of the stream, (path, row) per journal row, (name, value) per field
  Returns  {last sequence, feeds, n…}: how many feeds the execution has; n are positions (from 0) among the given feeds that were asleep and are now to be woken
  Errors   {-1} no such execution, {-2} the lease was lost, {-3} the sequence does not follow
]]
local record = redis.call("HMGET", KEYS[1], "epoch", "seq", "watch", "feeds")
if not record[1] then
  return { -1 }
end
if record[1] ~= ARGV[1] then
  return { -2 }
end
local last = tonumber(record[2])
local first, entries, rows, fields = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local repeated = entries > 0 and first <= last
if entries > 0 and first > last + 1 then
  return { -3 }
end
if repeated then
  local there = redis.call("XRANGE", KEYS[2], ARGV[6] .. "-0", ARGV[6] .. "-0")
  if not there[1] or there[1][2][2] ~= ARGV[7] then
    return { -3 }
  end
end
local at = 6
for _ = 1, entries do
  if not repeated then
    redis.call("XADD", KEYS[2], ARGV[at] .. "-0", "e", ARGV[at + 1])
    last = tonumber(ARGV[at])
  end
  at = at + 2
end
if entries > 0 and not repeated then
  redis.call("HSET", KEYS[1], "seq", last)
end
for _ = 1, rows do
  redis.call("HSET", KEYS[3], ARGV[at], ARGV[at + 1])
  at = at + 2
end
for _ = 1, fields do
  redis.call("HSET", KEYS[1], ARGV[at], ARGV[at + 1])
  at = at + 2
end
if record[3] then
  redis.call("PUBLISH", record[3], last)
end
local answer = { last, tonumber(record[4]) }
for i = 4, #KEYS do
  local feed = redis.call("HMGET", KEYS[i], "woken", "state", "linger")
  if feed[3] then
    redis.call("HDEL", KEYS[i], "linger")
    local word = KEYS[i]
    if entries == 1 and #ARGV[7] <= 16384 then
      word = table.concat({ word, ARGV[6], ARGV[7] }, "\n")
    end
    redis.call("PUBLISH", feed[3], word)
  end
  if (feed[1] ~= "1" or repeated) and feed[2] == "open" then
    redis.call("HSET", KEYS[i], "woken", 1)
    answer[#answer + 1] = i - 4
  end
end
return answer
