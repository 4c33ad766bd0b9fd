-- Gives the lease back, if it is still ours; the generation being built stays. ARGV: owner.

if redis.call('GET', 'ranking:rebuilder') == ARGV[1] then
    redis.call('DEL', 'ranking:rebuilder')
end
return 0
