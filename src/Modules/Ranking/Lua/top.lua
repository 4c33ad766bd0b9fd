-- The first of a ranking. ARGV: our identity, the ranking's name, 'most' or 'least', how many.
-- Returns false while there is no live generation, else concert, score, version:name, and so on, flat.

local live = ours('ranking:live', ARGV[1])
if not live then
    return false
end
local g = keys_of(live)
local ranking = g .. ARGV[2]
local limit = tonumber(ARGV[4])
local most = ARGV[3] == 'most'

-- Redis orders equals by their text, in which 9 comes after 10: so all that equal the last place
-- are read, at most every concert of the ranking, and the oldest of them are kept.
local range = most and 'ZREVRANGE' or 'ZRANGE'
local last = redis.call(range, ranking, limit - 1, limit - 1, 'WITHSCORES')
local entries
if most then
    entries = redis.call('ZREVRANGEBYSCORE', ranking, '+inf', last[2] or '-inf', 'WITHSCORES')
else
    entries = redis.call('ZRANGEBYSCORE', ranking, '-inf', last[2] or '+inf', 'WITHSCORES')
end

local places = {}
for i = 1, #entries, 2 do
    local score = entries[i + 1]
    places[#places + 1] = { concert = entries[i], text = score, score = tonumber(score) }
end
table.sort(places, function(a, b)
    if a.score ~= b.score then
        return (a.score > b.score) == most
    end
    if #a.concert ~= #b.concert then
        return #a.concert < #b.concert
    end
    return a.concert < b.concert
end)

local top = {}
for i = 1, math.min(limit, #places) do
    top[#top + 1] = places[i].concert
    top[#top + 1] = places[i].text
    top[#top + 1] = redis.call('HGET', g .. 'names', places[i].concert) or '0:'
end
return top
