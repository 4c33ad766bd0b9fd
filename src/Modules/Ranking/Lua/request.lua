-- Has the rankings built anew though they are whole. ARGV: our identity, a name for a new generation.
-- Returns the generation that a rebuild is to fill: live updates reach it from here on.

local building = ours('ranking:building', ARGV[1])
if not building then
    building = ARGV[2]
    redis.call('SET', 'ranking:building', building)
end
return building
