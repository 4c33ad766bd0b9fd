-- Returns the live generation, the one being built, and the last changes of the live one, flat.
-- ARGV: our identity.

local live, building = ours('ranking:live', ARGV[1]), ours('ranking:building', ARGV[1])
local changes = live and redis.call('HGETALL', keys_of(live) .. 'changes') or {}
return { live or '', building or '', changes }
