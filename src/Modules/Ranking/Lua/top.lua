-- The first of a ranking. ARGV: our identity, the ranking's name, 'most' or 'least', how many.
-- Returns false while there is no live generation, else concert, score, version:name, and so on, flat.

local live = ours('ranking:live', ARGV[1])
if not live then
    return false
end
local g = keys_of(live)
local range = ARGV[3] == 'most' and 'ZREVRANGE' or 'ZRANGE'
local entries = redis.call(range, g .. ARGV[2], 0, ARGV[4] - 1, 'WITHSCORES')
local top = {}
for i = 1, #entries, 2 do
    top[#top + 1] = entries[i]
    top[#top + 1] = entries[i + 1]
    top[#top + 1] = redis.call('HGET', g .. 'names', entries[i]) or '0:'
end
return top
