-- Pictures on their way to Twilio. See handover.py.
--
-- KEYS: all that are kept, by the moment at which each is thrown away, as "<bytes> <key>"; how many bytes they have
-- together; the picture.
-- ARGV: `keep`, the picture, seconds to keep it, bytes to keep at most; or `take`.

local kept, total, key = KEYS[1], KEYS[2], KEYS[3]

local function forget(member)
  if redis.call('ZREM', kept, member) == 1 then redis.call('DECRBY', total, tonumber(string.match(member, '^%d+'))) end
end

local before = redis.call('STRLEN', key)
if before > 0 then forget(before .. ' ' .. key) end
if ARGV[1] == 'take' then return redis.call('GETDEL', key) end

local size, now = #ARGV[2], tonumber(redis.call('TIME')[1])
for _, member in ipairs(redis.call('ZRANGEBYSCORE', kept, '-inf', now)) do forget(member) end
while tonumber(redis.call('GET', total) or 0) + size > tonumber(ARGV[4]) do
  local oldest = redis.call('ZRANGE', kept, 0, 0)[1]
  if not oldest then return 0 end
  redis.call('DEL', string.match(oldest, ' (.*)'))
  forget(oldest)
end
redis.call('SET', key, ARGV[2], 'EX', ARGV[3])
redis.call('ZADD', kept, now + tonumber(ARGV[3]), size .. ' ' .. key)
redis.call('INCRBY', total, size)
return 1
