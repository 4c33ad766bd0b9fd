using System.Globalization;

namespace ConcertReservation.Demo;

/// <summary>A made-up person.</summary>
/// <param name="Language">ko or en, of the mails.</param>
internal sealed record Person(string Name, string Email, string Language);

/// <summary>
/// People with names of both languages, the same ones in every run but for their addresses.
/// </summary>
internal static class People
{
    private static readonly (string Hangul, string Latin)[] Families =
    [
        ("김", "kim"),
        ("이", "lee"),
        ("박", "park"),
        ("최", "choi"),
        ("정", "jung"),
        ("강", "kang"),
        ("조", "cho"),
        ("윤", "yoon"),
        ("장", "jang"),
        ("임", "lim"),
        ("한", "han"),
        ("오", "oh"),
        ("서", "seo"),
        ("신", "shin"),
        ("권", "kwon"),
    ];

    private static readonly (string Hangul, string Latin)[] Given =
    [
        ("민아", "mina"),
        ("지수", "jisoo"),
        ("유나", "yuna"),
        ("하루", "haru"),
        ("서준", "seojun"),
        ("도윤", "doyun"),
        ("하은", "haeun"),
        ("지호", "jiho"),
        ("수빈", "subin"),
        ("예린", "yerin"),
        ("현우", "hyunwoo"),
        ("태민", "taemin"),
        ("소연", "soyeon"),
        ("은지", "eunji"),
        ("재현", "jaehyun"),
        ("나래", "narae"),
    ];

    /// <param name="run">Makes the addresses of one run differ from those of another.</param>
    public static IReadOnlyList<Person> Crowd(int count, string run, Random random)
    {
        var english = new Bogus.Randomizer(random.Next());
        var names = new Bogus.DataSets.Name("en") { Random = english };
        return [.. Enumerable.Range(1, count).Select(Someone)];

        Person Someone(int number)
        {
            var tag = string.Create(CultureInfo.InvariantCulture, $"{number}.{run}@example.com");
            if (number % 3 == 0)
            {
                var (first, last) = (names.FirstName(), names.LastName());
                var local = $"{first}.{last}".Replace("'", "", StringComparison.Ordinal);
                return new Person($"{first} {last}", $"{local.ToLowerInvariant()}.{tag}", "en");
            }

            var family = random.GetItems(Families, 1)[0];
            var given = random.GetItems(Given, 1)[0];
            return new Person(
                family.Hangul + given.Hangul,
                $"{given.Latin}.{family.Latin}.{tag}",
                "ko"
            );
        }
    }
}
