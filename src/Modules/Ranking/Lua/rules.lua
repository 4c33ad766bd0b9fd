-- How an update changes the rankings of one generation of keys. Put before the other scripts.
--
-- ranking:live          the generation that is read: the epoch marker, gone when Redis forgot
-- ranking:building      the generation that a rebuild fills, while there is one
-- ranking:rebuilder     who fills it, a lease
-- ranking:{g}:          all, day:{n}, hour:{n}  seats booked by concert; days and hours since 1970 in KST
--                       sold-out                seconds from booking start to the first sell-out
--                       reservations            version:seats:hour of each reservation
--                       names                   version:name of each concert
--                       first-sold-out          version at which a concert first sold out
--                       cancelled, windows      sets of concerts, and of the day and hour keys
--                       changes                 number of the last change that each partition made
--                       needed-changes          while it is built: of these what the history has to have, too
--
-- A generation's name begins with the identity of the PostgreSQL database that it was made from: one of
-- another database counts as missing.
--
-- Whatever the order of updates, and however often one comes, the outcome is the same.

local KST_SECONDS = 9 * 3600
-- Longer than Kafka keeps events: a replay never brings back what was dropped.
local WINDOW_KEPT_SECONDS = 8 * 86400

-- The generation under a key, if it is there and ours.
local function ours(key, identity)
    local generation = redis.call('GET', key)
    return generation and string.sub(generation, 1, #identity) == identity and generation or nil
end

local function keys_of(generation)
    return 'ranking:' .. generation .. ':'
end

local function add(key, concert, seats)
    if tonumber(redis.call('ZINCRBY', key, seats, concert)) == 0 then
        redis.call('ZREM', key, concert)
    end
end

-- The day and hour keys that are there; forgets the names of those that have expired.
local function windows_of(g)
    local windows = {}
    for _, window in ipairs(redis.call('SMEMBERS', g .. 'windows')) do
        if redis.call('EXISTS', g .. window) == 1 then
            windows[#windows + 1] = window
        else
            redis.call('SREM', g .. 'windows', window)
        end
    end
    return windows
end

local function add_to_window(g, name, ends, concert, seats)
    add(g .. name, concert, seats)
    redis.call('EXPIREAT', g .. name, ends - KST_SECONDS + WINDOW_KEPT_SECONDS)
    -- A new name each hour: then the old ones leave, so that the set stays at some days' worth.
    if redis.call('EXISTS', g .. name) == 1 and redis.call('SADD', g .. 'windows', name) == 1 then
        windows_of(g)
    end
end

local function add_to_hour(g, hour, concert, seats)
    if hour == '' or seats == 0 then
        return
    end
    local day = math.floor(hour / 24)
    add_to_window(g, 'hour:' .. hour, (hour + 1) * 3600, concert, seats)
    add_to_window(g, 'day:' .. day, (day + 1) * 86400, concert, seats)
end

local function learn_name(g, concert, version, name)
    local known = redis.call('HGET', g .. 'names', concert)
    if not known or version > tonumber(string.match(known, '^%d+')) then
        redis.call('HSET', g .. 'names', concert, string.format('%.0f:%s', version, name))
    end
end

local function apply_reservation(g, update)
    local version, seats, hour = '0', '0', ''
    local known = redis.call('HGET', g .. 'reservations', update.id)
    if known then
        version, seats, hour = string.match(known, '^(%d+):(%d+):(-?%d*)$')
    end

    local new_version, new_seats, new_hour = tonumber(version), tonumber(seats), hour
    if update.version > new_version then
        new_version, new_seats = update.version, update.seats
    end
    if update.hour and hour == '' then
        new_hour = string.format('%.0f', update.hour)
    end

    local state = string.format('%.0f:%.0f:%s', new_version, new_seats, new_hour)
    if state == known then
        return
    end
    redis.call('HSET', g .. 'reservations', update.id, state)
    if not redis.call('HGET', g .. 'names', update.concert) and update.name then
        learn_name(g, update.concert, 0, update.name)
    end
    if redis.call('SISMEMBER', g .. 'cancelled', update.concert) == 1 then
        return
    end

    if new_seats ~= tonumber(seats) then
        add(g .. 'all', update.concert, new_seats - seats)
    end
    if hour == new_hour then
        add_to_hour(g, hour, update.concert, new_seats - seats)
    else
        add_to_hour(g, new_hour, update.concert, new_seats)
    end
end

local function cancel(g, concert)
    redis.call('SADD', g .. 'cancelled', concert)
    redis.call('ZREM', g .. 'all', concert)
    redis.call('ZREM', g .. 'sold-out', concert)
    for _, window in ipairs(windows_of(g)) do
        redis.call('ZREM', g .. window, concert)
    end
end

local function apply_concert(g, update)
    learn_name(g, update.id, update.version, update.name)
    if update.cancelled then
        cancel(g, update.id)
    end
    if not update.seconds or redis.call('SISMEMBER', g .. 'cancelled', update.id) == 1 then
        return
    end
    local first = redis.call('HGET', g .. 'first-sold-out', update.id)
    if not first or update.version < tonumber(first) then
        redis.call('HSET', g .. 'first-sold-out', update.id, string.format('%.0f', update.version))
        redis.call('ZADD', g .. 'sold-out', update.seconds, update.id)
    end
end

local function apply(generation, updates)
    local g = keys_of(generation)
    for _, update in ipairs(updates) do
        if update.concert then
            apply_reservation(g, update)
        else
            apply_concert(g, update)
        end
    end
end

local function last_change(generation, log)
    return tonumber(redis.call('HGET', keys_of(generation) .. 'changes', log) or '0')
end

local function advance(generation, log, number)
    if number > last_change(generation, log) then
        redis.call('HSET', keys_of(generation) .. 'changes', log, string.format('%.0f', number))
    end
end
