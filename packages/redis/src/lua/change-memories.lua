--[[
  Applies a save's changes to the memories of an automation, and removes the least valuable ones beyond the limit.

  KEYS  1 records, 2 vectors, 3 worths
  ARGV  1 id of the change, 2 how many are kept, 3 time to live in ms, 4 how many of the following are inserted,
        5 how many are new versions, then for each inserted: id, record, vector, worth; for each new version: the same, the
        revision it follows, and id, record, vector, worth of what is inserted instead; then ids to remove
  Returns  the number of memories
]]
local function put(id, record, vector, worth)
  redis.call("HSET", KEYS[1], id, record)
  redis.call("ZADD", KEYS[3], worth, id)
  if vector == "" then
    redis.call("HDEL", KEYS[2], id)
  else
    redis.call("HSET", KEYS[2], id, vector)
  end
end
local function insert(at)
  if redis.call("HEXISTS", KEYS[1], ARGV[at]) == 0 then
    put(ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3])
  end
end
local function drop(ids)
  for _, id in ipairs(ids) do
    redis.call("HDEL", KEYS[1], id)
    redis.call("HDEL", KEYS[2], id)
    redis.call("ZREM", KEYS[3], id)
  end
end

local at = 6
for _ = 1, tonumber(ARGV[4]) do
  insert(at)
  at = at + 4
end
for _ = 1, tonumber(ARGV[5]) do
  local held = redis.call("HGET", KEYS[1], ARGV[at])
  local before = held and cjson.decode(held) or {}
  if before.change ~= ARGV[1] then
    if before.revision == tonumber(ARGV[at + 4]) then
      put(ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3])
    else
      insert(at + 5)
    end
  end
  at = at + 9
end
local removed = {}
for place = at, #ARGV do
  table.insert(removed, ARGV[place])
end
drop(removed)
local over = redis.call("ZCARD", KEYS[3]) - tonumber(ARGV[2])
if over > 0 then
  drop(redis.call("ZRANGE", KEYS[3], 0, over - 1))
end
for place = 1, #KEYS do
  redis.call("PEXPIRE", KEYS[place], ARGV[3])
end
return redis.call("ZCARD", KEYS[3])
