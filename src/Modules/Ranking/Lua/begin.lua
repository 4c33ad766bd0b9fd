-- Takes the lease on rebuilding. ARGV: our identity, owner, lease in ms, a name for a new generation.
-- Returns the generation to fill: one that live updates reach already, or a new one; '' where another
-- rebuilds.

local rebuilder = redis.call('GET', 'ranking:rebuilder')
if rebuilder and rebuilder ~= ARGV[2] then
    return ''
end
redis.call('SET', 'ranking:rebuilder', ARGV[2], 'PX', ARGV[3])
local building = ours('ranking:building', ARGV[1])
if not building then
    building = ARGV[4]
    redis.call('SET', 'ranking:building', building)
end
return building
