-- A batch of live updates reaches the live generation and the one being built.
-- ARGV: our identity, a name for a new generation, updates, changes [{log, number, expected}]
-- (both JSON). Where the live rankings are not whole, a generation is begun for a rebuild to fill.

local updates, changes = cjson.decode(ARGV[3]), cjson.decode(ARGV[4])
local live, building = ours('ranking:live', ARGV[1]), ours('ranking:building', ARGV[1])

-- What a partition had before its first update here, the history has to bring: also what another
-- transaction had put into Redis, but not committed, when the rebuild asked how far the history reaches.
local function follow(generation, change)
    if last_change(generation, change.log) < change.expected then
        redis.call('HSET', keys_of(generation) .. 'needed-changes', change.log,
            string.format('%.0f', change.expected))
    end
    advance(generation, change.log, change.number)
end

local whole = live and true or false
if live then
    for _, change in ipairs(changes) do
        if last_change(live, change.log) < change.expected then
            -- Redis lost what came before: stay behind, so that it is noticed until it is mended.
            whole = false
        else
            advance(live, change.log, change.number)
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
    for _, change in ipairs(changes) do
        follow(building, change)
    end
end
