-- Keep or change one message and give the change its place in the order of all changes, in one step:
-- a page that has read up to a number can never miss a smaller one.
-- KEYS: the message, the changes, the clock. ARGV: sid, create (1 or 0), seconds to keep, most changes, fields…
if ARGV[2] == '0' and redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
local change = redis.call('INCR', KEYS[3])
redis.call('HSET', KEYS[1], 'change', change, unpack(ARGV, 5))
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('ZADD', KEYS[2], change, ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -tonumber(ARGV[4]) - 1)
return 1
