-- The rate limit of one sender. See rate_limit.py. Moments are whole microseconds, as text: Lua's own would be rounded.
--
-- pace:next:<sender>    when the next message may leave: each one that leaves moves it by a step
-- pace:closed:<sender>  until when nothing leaves, and why: "<moment> <reason>"
-- pace:slow:<lane>      when this person may next be written to, kept for a while after a pair-rate error
--
-- KEYS: those three, then the queues whose messages go first.
-- ARGV: the present moment (empty: by Redis), the step, how far ahead a place may be taken (empty: a
-- message has left already and only moves the others), the step for one person.

local now, step, ahead, person_step = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if not now then
  local clock = redis.call('TIME')
  now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
end

local function moment(key) return tonumber(string.match(redis.call('GET', key) or '', '^%d+')) end
local function text(number) return string.format('%.0f', number) end

local free = math.max(moment(KEYS[1]) or now, now)

if ahead then
  for place = 4, #KEYS do
    if redis.call('LLEN', KEYS[place]) > 0 then return {'yield', 0, ''} end
  end
  local closed = moment(KEYS[2])
  if closed and closed > now then
    return {'closed', text(closed - now), string.match(redis.call('GET', KEYS[2]), ' (.*)')}
  end
  local allowed = moment(KEYS[3])
  if allowed and allowed > free then return {'closed', text(allowed - now), 'pair_rate'} end
  if free - now > ahead then return {'ask', text(free - now - ahead), ''} end
end

local lasting = math.ceil((free - now + step) / 1000) + 60000
redis.call('SET', KEYS[1], text(free + step), 'PX', text(lasting))
if redis.call('EXISTS', KEYS[3]) == 1 then redis.call('SET', KEYS[3], text(free + person_step), 'KEEPTTL') end
return {'go', text(free - now), ''}
