-- One-time passwords: limits and the counting of tries, each in one atomic step.
-- Times are the caller's, in milliseconds; Redis's own expiry only clears up.
local verb = KEYS[1]
local HOUR = 3600 * 1000

-- Milliseconds until one more send is allowed under a limit of `most` an hour; 0: now.
local function full_for(name, most, now)
  redis.call('ZREMRANGEBYSCORE', name, '-inf', now - HOUR)
  if redis.call('ZCARD', name) < most then return 0 end
  return tonumber(redis.call('ZRANGE', name, 0, 0, 'WITHSCORES')[2]) + HOUR - now
end

local function note(name, attempt, now)
  redis.call('ZADD', name, now, attempt)
  redis.call('PEXPIRE', name, 2 * HOUR)
end

-- The place of the first budget that has nothing left, by its triples of most, seconds and label; nil: none.
-- Whether it is the first refusal of its window is kept, so that one alarm is given.
local function spent(counters, budgets, now)
  for place, counter in ipairs(counters) do
    local most, seconds, label = tonumber(budgets[3 * place - 2]), tonumber(budgets[3 * place - 1]), budgets[3 * place]
    if tonumber(redis.call('GET', counter) or 0) >= most then
      local window, before = math.floor(now / 1000 / seconds), redis.call('HGET', 'otp:reached', label)
      redis.call('HSET', 'otp:reached', label, now)
      local first = not before or math.floor(tonumber(before) / 1000 / seconds) < window
      return {first and 'reached' or 'spent', place}
    end
  end
end

-- number, asker, wanted, attempt, now, gap, most for the number, most for the asker, how long one is wanted, budgets
local function ask(number, asker, wanted, attempt, now, gap, most_number, most_asker, life, counters, budgets)
  if redis.call('ZSCORE', number, attempt) then return {'noted', 0} end
  local last = redis.call('ZRANGE', number, -1, -1, 'WITHSCORES')[2]
  if last and now - tonumber(last) < gap then return {'wait', tonumber(last) + gap - now} end
  local wait = math.max(full_for(number, most_number, now), full_for(asker, most_asker, now))
  if wait > 0 then return {'too_many', wait} end
  local over = spent(counters, budgets, now)
  if over then return over end
  for place, counter in ipairs(counters) do
    redis.call('INCR', counter)
    redis.call('EXPIRE', counter, 2 * tonumber(budgets[3 * place - 1]))
  end
  note(number, attempt, now)
  note(asker, attempt, now)
  redis.call('SET', wanted, now + life, 'PX', 2 * life)
  return {'noted', 0}
end

-- Compares in constant time: every character, wherever the first difference is.
local function same(one, other)
  local difference = bit.bxor(#one, #other)
  for place = 1, #one do
    difference = bit.bor(difference, bit.bxor(one:byte(place), other:byte(place) or 0))
  end
  return difference == 0
end

local function judge(code, wanted, given, now, most)
  local kept = redis.call('HMGET', code, 'hash', 'until', 'tries')
  if not kept[1] or now >= tonumber(kept[2]) then
    -- Asked for, and no worker has made it yet: there is nothing to compare with.
    return {now < tonumber(redis.call('GET', wanted) or 0) and 'not_sent' or 'expired', 0}
  end
  if tonumber(kept[3]) >= most then return {'used_up', 0} end
  if same(kept[1], given) then
    redis.call('DEL', code)
    return {'right', 0}
  end
  local left = most - redis.call('HINCRBY', code, 'tries', 1)
  return {left > 0 and 'wrong' or 'used_up', left}
end

-- code, verdict, wanted, given hash, now, most tries, seconds that a verdict is remembered
local function verify(code, verdict, wanted, given, now, most, remembered)
  local before = redis.call('HMGET', verdict, 'word', 'left')
  if before[1] then return {before[1], tonumber(before[2])} end
  local result = judge(code, wanted, given, now, most)
  redis.call('HSET', verdict, 'word', result[1], 'left', result[2])
  redis.call('EXPIRE', verdict, remembered)
  return result
end

if verb == 'ask' then
  local numbers, counters, budgets = {}, {}, {}
  for place = 2, 6 do numbers[place - 1] = tonumber(ARGV[place]) end
  for place = 5, #KEYS do counters[place - 4] = KEYS[place] end
  for place = 7, #ARGV do budgets[place - 6] = ARGV[place] end
  local now, gap, most_number, most_asker, life = unpack(numbers)
  return ask(KEYS[2], KEYS[3], KEYS[4], ARGV[1], now, gap, most_number, most_asker, life, counters, budgets)
end
return verify(KEYS[2], KEYS[3], KEYS[4], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]))
