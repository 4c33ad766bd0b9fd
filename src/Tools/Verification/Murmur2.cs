using System.Text;

namespace ConcertReservation.Verification;

/// <summary>Java clients' hash of a key, which says what partition its records lie in.</summary>
internal static class Murmur2
{
    private const uint M = 0x5bd1e995;
    private const uint Seed = 0x9747b28c;

    public static int Partition(string key, int partitions) =>
        (int)(Hash(Encoding.UTF8.GetBytes(key)) & 0x7fffffff) % partitions;

    private static uint Hash(ReadOnlySpan<byte> data)
    {
        var h = Seed ^ (uint)data.Length;
        while (data.Length >= 4)
        {
            var k = BitConverter.ToUInt32(data) * M;
            k ^= k >> 24;
            h = (h * M) ^ (k * M);
            data = data[4..];
        }

        if (data.Length >= 3)
            h ^= (uint)data[2] << 16;
        if (data.Length >= 2)
            h ^= (uint)data[1] << 8;
        if (data.Length >= 1)
            h = (h ^ data[0]) * M;

        h = (h ^ (h >> 13)) * M;
        return h ^ (h >> 15);
    }
}
