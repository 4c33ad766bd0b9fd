-- A batch of live updates reaches the live generation and the one being built.
-- ARGV: our identity, a name for a new generation, updates, positions [{log, expected, nextOffset}]
-- (both JSON). Where the live rankings are not whole, a generation is begun for a rebuild to fill.

local updates, positions = cjson.decode(ARGV[3]), cjson.decode(ARGV[4])
local live, building = ours('ranking:live', ARGV[1]), ours('ranking:building', ARGV[1])

-- What a partition had before its first update here, the history has to bring: also what another
-- transaction had put into Redis, but not committed, when the rebuild asked how far the history reaches.
local function follow(generation, position)
    local g = keys_of(generation)
    local applied = redis.call('HGET', g .. 'positions', position.log) or '0'
    if tonumber(applied) < position.expected then
        redis.call('HSET', g .. 'needed', position.log, string.format('%.0f', position.expected))
    end
    advance(generation, position.log, position.nextOffset)
end

local whole = live and true or false
if live then
    for _, position in ipairs(positions) do
        local applied = redis.call('HGET', keys_of(live) .. 'positions', position.log) or '0'
        if tonumber(applied) < position.expected then
            -- Redis lost what came before: stay behind, so that it is noticed until it is mended.
            whole = false
        else
            advance(live, position.log, position.nextOffset)
        end
    end
    apply(live, updates)
end

if not whole and not building then
    building = ARGV[2]
    redis.call('SET', 'ranking:building', building)
end
if building then
    apply(building, updates)
    for _, position in ipairs(positions) do
        follow(building, position)
    end
end
