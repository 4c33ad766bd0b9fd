-- A page of history reaches the generation being built. ARGV: owner, lease in ms, generation, updates (JSON).
-- Returns 0 where Redis forgot meanwhile or another took over: the rebuild is void.

if redis.call('GET', 'ranking:rebuilder') ~= ARGV[1]
    or redis.call('GET', 'ranking:building') ~= ARGV[3] then
    return 0
end
redis.call('PEXPIRE', 'ranking:rebuilder', ARGV[2])
apply(ARGV[3], cjson.decode(ARGV[4]))
return 1
