namespace ConcertReservation.Tests.Integration.Accounts;

/// <summary>A name of which no letter is ASCII, and that nobody else has.</summary>
internal static class KoreanName
{
    private const char FirstSyllable = '가';

    public static string Random()
    {
        var syllables = Guid.NewGuid().ToByteArray().Select(b => (char)(FirstSyllable + b));
        return "김" + string.Concat(syllables);
    }
}
