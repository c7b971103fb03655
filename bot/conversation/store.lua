-- The conversation store's one script. KEYS[1] is the verb. See store.py for what each gives.
--
-- c:alias:<address>   the conversation that an address belongs to; none: that of its own name
-- c:gone:<conv>       the conversation that this one was joined into (followed to its end)
-- c:inbox:<conv>      the person's messages that are not taken yet, by SID, oldest first
-- c:message:<sid>     hash: conv, body, at (ms of arrival), sent (ms, by Twilio: only where it was found
--                     after the fact), seq, n (times taken), answer, owed
-- c:state:<conv>      hash: json, at
-- c:lease:<conv>      the token of whoever holds the person
-- c:names:<conv>      hash: phone, user: every name that the person has come by
-- c:last:<conv>       when the newest message that was taken had been sent, ms
-- c:behind:<conv>     an answer of this person went to the outbox
-- c:window:<lane>     when somebody last wrote to us from there
-- c:heard             when the main door last took a message, ms
-- c:pending           sorted set of conversations with a message, by time of last progress

local now, state_seconds, keep_seconds, alias_seconds, lease_ms, waiting_ms, window_seconds =
  tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])

local function inbox(conv) return 'c:inbox:' .. conv end
local function message(sid) return 'c:message:' .. sid end
local function state(conv) return 'c:state:' .. conv end
local function lease(conv) return 'c:lease:' .. conv end
local function behind(conv) return 'c:behind:' .. conv end
local function names(conv) return 'c:names:' .. conv end
local function last(conv) return 'c:last:' .. conv end
local function last_of(conv) return tonumber(redis.call('GET', last(conv)) or '0') end

-- What a holder gets to see of the head. A message whose body has lapsed can only be dropped.
local function hand_out(conv, token)
  while true do
    local sid = redis.call('LINDEX', inbox(conv), 0)
    if not sid then
      redis.call('DEL', lease(conv))
      redis.call('ZREM', 'c:pending', conv)
      return {'empty'}
    end
    local body, at, sent, news = unpack(redis.call('HMGET', message(sid), 'body', 'at', 'sent', 'news'))
    if body then
      if now - tonumber(at) > waiting_ms then redis.call('HSET', message(sid), 'owed', '1') end
      local n = redis.call('HINCRBY', message(sid), 'n', 1)
      local owed = redis.call('HGET', message(sid), 'owed') or '0'
      local json = redis.call('HGET', state(conv), 'json') or ''
      local outstanding = redis.call('GET', behind(conv)) or '0'
      local late = '0'
      -- Twilio's list tells the second: of two in the same one nobody knows which came first.
      if sent and tonumber(sent) + 999 < last_of(conv) then late = '1' end
      redis.call('PEXPIRE', lease(conv), lease_ms)
      redis.call('ZADD', 'c:pending', now, conv)
      return {'held', conv, tostring(token), sid, body, json, tostring(n), owed, outstanding, sent and '1' or '0', late,
        news or '', redis.call('HGET', names(conv), 'phone') or '', redis.call('HGET', names(conv), 'user') or ''}
    end
    redis.call('LPOP', inbox(conv))
  end
end

local function hold(conv)
  if redis.call('EXISTS', lease(conv)) == 1 then return {'waiting'} end
  local token = redis.call('INCR', 'c:fence')
  redis.call('SET', lease(conv), token, 'PX', lease_ms)
  return hand_out(conv, token)
end

local function conversation_of(address)
  local conv = redis.call('GET', 'c:alias:' .. address) or address
  while true do
    local onward = redis.call('GET', 'c:gone:' .. conv)
    if not onward then return conv end
    conv = onward
  end
end

local function seq_of(sid) return tonumber(redis.call('HGET', message(sid), 'seq') or '0') end

-- Two lists become one, in order of arrival; a head that is being taken stays the head.
local function join_lists(kept, gone)
  local all = redis.call('LRANGE', inbox(kept), 0, -1)
  local first = nil
  if #all > 0 and redis.call('EXISTS', lease(kept)) == 1 then first = table.remove(all, 1) end
  for _, sid in ipairs(redis.call('LRANGE', inbox(gone), 0, -1)) do
    redis.call('HSET', message(sid), 'conv', kept)
    table.insert(all, sid)
  end
  table.sort(all, function(one, other) return seq_of(one) < seq_of(other) end)
  if first then table.insert(all, 1, first) end
  redis.call('DEL', inbox(kept), inbox(gone))
  for _, sid in ipairs(all) do redis.call('RPUSH', inbox(kept), sid) end
end

-- One person with two addresses: the later state wins; whoever holds the conversation that goes is
-- fenced off by the loss of its lease.
local function join(kept, gone)
  join_lists(kept, gone)
  local mine = tonumber(redis.call('HGET', state(kept), 'at') or '-1')
  local theirs = tonumber(redis.call('HGET', state(gone), 'at') or '-1')
  if theirs > mine then redis.call('RENAME', state(gone), state(kept)) else redis.call('DEL', state(gone)) end
  if redis.call('EXISTS', behind(gone)) == 1 then redis.call('SET', behind(kept), '1', 'EX', keep_seconds) end
  redis.call('SET', last(kept), math.max(last_of(kept), last_of(gone)), 'EX', keep_seconds)
  local known = redis.call('HGETALL', names(gone))
  for place = 1, #known, 2 do redis.call('HSETNX', names(kept), known[place], known[place + 1]) end
  redis.call('DEL', lease(gone), behind(gone), last(gone), names(gone))
  redis.call('ZREM', 'c:pending', gone)
  redis.call('ZADD', 'c:pending', now, kept)
end

-- Whether the phone's conversation is that of another WhatsApp account than the one that comes with it now.
local function is_anothers(conv, user)
  local known = user and redis.call('HGET', names(conv), 'user')
  return known and 'user:' .. known ~= user
end

-- The phone goes by no more messages of that conversation.
local function leave(conv, phone)
  if 'phone:' .. (redis.call('HGET', names(conv), 'phone') or '') == phone then
    redis.call('HDEL', names(conv), 'phone')
  end
end

-- The conversation of these addresses, and what is news of them: 'joined' (they are one person's), 'parted' (the
-- phone is somebody else's than it was). A message that was found after the fact takes no phone from anybody.
local function resolve(addresses, sent)
  local phone, user = addresses[1], addresses[2]
  local conv, news = conversation_of(phone), ''
  if is_anothers(conv, user) then
    if sent == '' then
      leave(conv, phone)
      news = 'parted'
    else
      addresses = {user}
    end
    conv = conversation_of(user)
  elseif user then
    local other = conversation_of(user)
    if other ~= conv then
      news = 'joined'
      join(conv, other)
      redis.call('SET', 'c:gone:' .. other, conv, 'EX', alias_seconds)
    end
  end
  for _, address in ipairs(addresses) do
    redis.call('SET', 'c:alias:' .. address, conv, 'EX', alias_seconds)
    local kind, name = string.match(address, '^(%a+):(.*)$')
    redis.call('HSET', names(conv), kind, name)
  end
  redis.call('EXPIRE', names(conv), alias_seconds)
  return conv, news
end

local function look(sid)
  local answer, conv = unpack(redis.call('HMGET', message(sid), 'answer', 'conv'))
  if answer then return {'answered', answer} end
  if not conv then return {'empty'} end
  return hold(conv)
end

local verbs = {}

-- A message opens the window from when it was sent; one that is found later does not shorten it.
local function open_window(lane, sent)
  local from = sent or now
  local left = window_seconds - math.max(math.floor((now - from) / 1000), 0)
  local longer = not sent or left > redis.call('TTL', 'c:window:' .. lane)
  if lane ~= '' and left > 0 and longer then redis.call('SET', 'c:window:' .. lane, from, 'EX', left) end
end

function verbs.accept(sid, body, lane, sent, ...)
  if redis.call('HEXISTS', message(sid), 'conv') == 1 then return look(sid) end
  local conv, news = resolve({...}, sent)
  open_window(lane, tonumber(sent))
  redis.call('HSET', message(sid), 'conv', conv, 'body', body, 'at', now, 'seq', redis.call('INCR', 'c:seq'),
    'news', news)
  if sent == '' then
    redis.call('SET', 'c:heard', now)
  else
    redis.call('HSET', message(sid), 'sent', sent, 'owed', '1')
  end
  redis.call('EXPIRE', message(sid), keep_seconds)
  redis.call('RPUSH', inbox(conv), sid)
  redis.call('ZADD', 'c:pending', 'NX', now, conv)
  return hold(conv)
end

verbs.look = look

function verbs.give_up(sid)
  local answer, conv = unpack(redis.call('HMGET', message(sid), 'answer', 'conv'))
  if answer then return {'answered', answer} end
  if not conv then return {'empty'} end
  redis.call('HSET', message(sid), 'owed', '1')
  redis.call('EXPIRE', message(sid), keep_seconds)
  return {'waiting'}
end

-- The answer that was meant for a webhook goes to the outbox instead: later ones must not overtake it.
function verbs.fall_behind(sid)
  local conv = redis.call('HGET', message(sid), 'conv')
  if conv then redis.call('SET', behind(conv), '1', 'EX', keep_seconds) end
  return {'waiting'}
end

local function mine(conv, token, sid)
  return redis.call('GET', lease(conv)) == token and redis.call('LINDEX', inbox(conv), 0) == sid
end

function verbs.commit(conv, token, sid, json, answer, in_outbox, keep_message)
  if not mine(conv, token, sid) then return {'lost'} end
  if in_outbox == '0' and redis.call('HGET', message(sid), 'owed') == '1' then return {'unheard'} end
  local at, sent = unpack(redis.call('HMGET', message(sid), 'at', 'sent'))
  redis.call('SET', last(conv), math.max(last_of(conv), tonumber(sent or at)), 'EX', keep_seconds)
  redis.call('HSETNX', message(sid), 'answer', answer)
  if keep_message == '0' then redis.call('HDEL', message(sid), 'body') end
  redis.call('EXPIRE', message(sid), keep_seconds)
  redis.call('HSET', state(conv), 'json', json, 'at', now)
  redis.call('EXPIRE', state(conv), state_seconds)
  if in_outbox == '1' then redis.call('SET', behind(conv), '1', 'EX', keep_seconds) end
  redis.call('LPOP', inbox(conv))
  return hand_out(conv, token)
end

function verbs.renew(conv, token)
  if redis.call('GET', lease(conv)) == token then redis.call('PEXPIRE', lease(conv), lease_ms) end
  return {'waiting'}
end

function verbs.put_off(conv, token, sid, answer)
  if not mine(conv, token, sid) then return {'lost'} end
  redis.call('HSET', message(sid), 'owed', '1')
  redis.call('HSETNX', message(sid), 'answer', answer)
  redis.call('DEL', lease(conv))
  redis.call('ZADD', 'c:pending', now, conv)
  return {'waiting'}
end

function verbs.take_over(conv) return hold(conv) end

local arguments = {}
for place = 8, #ARGV do arguments[#arguments + 1] = ARGV[place] end
return verbs[KEYS[1]](unpack(arguments))
