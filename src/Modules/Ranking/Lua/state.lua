-- Returns the live generation, the one being built, and the positions of the live one, flat.
-- ARGV: our identity.

local live, building = ours('ranking:live', ARGV[1]), ours('ranking:building', ARGV[1])
local positions = live and redis.call('HGETALL', keys_of(live) .. 'positions') or {}
return { live or '', building or '', positions }
