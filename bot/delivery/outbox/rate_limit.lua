-- The rate limit of one sender. See rate_limit.py. Moments are whole microseconds, as text: Lua's own would be rounded.
--
-- pace:next:<sender>    when the next message may leave: each one that leaves moves it by a step
-- pace:closed:<sender>  until when nothing leaves, and why: "<moment> <reason>"
-- pace:slow:<lane>      when this person may next be written to, kept for a while after a pair-rate error
-- pace:rate:<sender>    what Twilio's answers say of the rate: `rate` a second and `at` which moment it was lowered to
--                       that; `since` when every call has been refused, and the `last` refusal; `second:0` … how many
--                       messages were taken in a second, as "<second> <number>"
--
-- KEYS: next, closed and rate of the sender, then slow of each lane that is spoken of.
-- ARGV: what is asked, the present moment (empty: by Redis), the setting's messages a second, how much longer a step
-- is than that; then
--   turn     the step for one person; then for each lane how many places ahead one may be taken, and at least how
--            many microseconds ahead. Answered are three words for each lane
--   left     the step for one person: a message has left without asking
--   taken    how many messages Twilio has taken
--   refused  for how many microseconds Twilio said to wait (0: it did not say), the reason to be noted

local LEAST = 1           -- a second: so slow is a sender that does not rest
local KEPT = 2 / 3        -- of the rate after a 429
local CLIMB_SECONDS = 30  -- from nothing back to the setting
local ONE_BURST = 1200000 -- microseconds: calls that were on their way when the rate was lowered say nothing of the new one
local LOOK_BACK = 2       -- whole seconds, of which the best tells what Twilio takes just now
local RING = 8            -- seconds that are kept
local ALL_REFUSED = 10000000
local REST = 10000000
local KEEP = 60000        -- milliseconds
local FARTHEST = 100000 -- microseconds ahead, however slow the sender is: nobody waits long for a place of their own

local asked, now, full, longer = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if not now then
  local clock = redis.call('TIME')
  now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
end
local second = math.floor(now / 1000000)

local function moment(key) return tonumber(string.match(redis.call('GET', key) or '', '^%d+')) end
local function text(number) return string.format('%.0f', number) end

local function rate()
  local lowered = redis.call('HMGET', KEYS[3], 'rate', 'at')
  if not lowered[1] then return full end
  local since = math.max(now - tonumber(lowered[2]), 0) / 1000000
  return math.min(full, tonumber(lowered[1]) + full / CLIMB_SECONDS * since)
end

local function step() return math.floor(1000000 * longer / rate()) end

local function taken_in(which)
  local noted, number = string.match(redis.call('HGET', KEYS[3], 'second:' .. which % RING) or '', '(%d+) (%d+)')
  return tonumber(noted) == which and tonumber(number) or 0
end

local function note_taken(number)
  redis.call('HSET', KEYS[3], 'second:' .. second % RING, text(second) .. ' ' .. text(taken_in(second) + number))
  redis.call('PEXPIRE', KEYS[3], KEEP)
end

local function taken_a_second()
  local most = 0
  for back = 1, LOOK_BACK do most = math.max(most, taken_in(second - back)) end
  return most
end

local function rest(seconds, reason)
  local over = now + seconds
  if (moment(KEYS[2]) or 0) < over then
    redis.call('SET', KEYS[2], text(over) .. ' ' .. reason, 'PX', text(seconds / 500 + 1))
  end
end

local function first_free() return math.max(moment(KEYS[1]) or now, now) end

local function leave(free, lane, person_step)
  local after = free + step()
  redis.call('SET', KEYS[1], text(after), 'PX', text(math.ceil((after - now) / 1000) + 60000))
  if redis.call('EXISTS', lane) == 1 then redis.call('SET', lane, text(free + person_step), 'KEEPTTL') end
end

local function turn(lane, places, least, person_step)
  local closed = moment(KEYS[2])
  if closed and closed > now then
    return 'closed', text(closed - now), string.match(redis.call('GET', KEYS[2]), ' (.*)') or ''
  end
  local free, allowed = first_free(), moment(lane)
  if allowed and allowed > free then return 'closed', text(allowed - now), 'pair_rate' end
  local ahead = math.max(math.min(places * step(), FARTHEST), least)
  if free - now > ahead then return 'ask', text(math.ceil(free - now - ahead)), '' end
  leave(free, lane, person_step)
  return 'go', text(free - now), ''
end

if asked == 'turn' then
  local answers = {}
  for lane = 4, #KEYS do
    local places, least = tonumber(ARGV[2 * lane - 2]), tonumber(ARGV[2 * lane - 1])
    local verdict, wait, reason = turn(KEYS[lane], places, least, tonumber(ARGV[5]))
    for _, word in ipairs({verdict, wait, reason}) do table.insert(answers, word) end
  end
  return answers
end

if asked == 'left' then
  leave(first_free(), KEYS[4], tonumber(ARGV[5]))
  note_taken(1)
  return {'go', 0, ''}
end

if asked == 'taken' then
  redis.call('HDEL', KEYS[3], 'since', 'last')
  note_taken(tonumber(ARGV[5]))
  return {'go', 0, ''}
end

local said, reason = tonumber(ARGV[5]), ARGV[6]
local before = redis.call('HMGET', KEYS[3], 'at', 'since', 'last')
if not before[1] or now - tonumber(before[1]) >= ONE_BURST then
  local lower = math.max(rate() * KEPT, taken_a_second(), LEAST)
  redis.call('HSET', KEYS[3], 'rate', string.format('%.6f', math.min(lower, full)), 'at', text(now))
end
-- Refusals that are far apart do not make a row of them.
local since = before[3] and now - tonumber(before[3]) <= ALL_REFUSED + REST and tonumber(before[2]) or now
redis.call('HSET', KEYS[3], 'since', text(since), 'last', text(now))
local resting = math.max(said, now - since >= ALL_REFUSED and REST or 0)
if resting > 0 then
  rest(resting, reason)
  if said == 0 then redis.call('HSET', KEYS[3], 'rate', LEAST) end
  redis.call('HSET', KEYS[3], 'at', text(now + resting))  -- it climbs from when the sender is heard again
end
redis.call('PEXPIRE', KEYS[3], text(KEEP + math.ceil(resting / 1000)))
return {'slower', text(resting), string.format('%.1f', rate())}
