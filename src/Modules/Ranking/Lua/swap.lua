-- The generation that was built is read from now on; the old one goes.
-- ARGV: owner, generation, changes up to which the history has all [{log, number}] (JSON).
-- Returns 0 where the rebuild is void, or the history that was read does not reach far enough.

if redis.call('GET', 'ranking:rebuilder') ~= ARGV[1]
    or redis.call('GET', 'ranking:building') ~= ARGV[2] then
    return 0
end
local covered = {}
for _, change in ipairs(cjson.decode(ARGV[3])) do
    covered[change.log] = change.number
end
local needed = redis.call('HGETALL', keys_of(ARGV[2]) .. 'needed-changes')
for i = 1, #needed, 2 do
    if tonumber(needed[i + 1]) > (covered[needed[i]] or 0) then
        return 0
    end
end
for log, number in pairs(covered) do
    advance(ARGV[2], log, number)
end
redis.call('DEL', keys_of(ARGV[2]) .. 'needed-changes')

local old = redis.call('GET', 'ranking:live')
redis.call('SET', 'ranking:live', ARGV[2])
redis.call('DEL', 'ranking:building', 'ranking:rebuilder')
if old then
    local g = keys_of(old)
    for _, window in ipairs(redis.call('SMEMBERS', g .. 'windows')) do
        redis.call('UNLINK', g .. window)
    end
    redis.call('UNLINK', g .. 'all', g .. 'sold-out', g .. 'reservations', g .. 'names',
        g .. 'first-sold-out', g .. 'cancelled', g .. 'windows', g .. 'changes',
        -- Of hosts of an earlier version.
        g .. 'positions', g .. 'needed')
end
return 1
