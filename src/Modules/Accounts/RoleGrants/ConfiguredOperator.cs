using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Accounts;

/// <summary>
/// Whose address and password the configuration tells. Hosts that start would make the account
/// anew, or set its password back: so it is changed there, and nowhere else.
/// </summary>
internal sealed class ConfiguredOperator(
    IOptions<AccountsOptions> options,
    ILookupNormalizer normalizer
)
{
    private readonly string _email = normalizer.NormalizeEmail(options.Value.Operator.Email);

    public bool Is(Customer customer) => _email.Length > 0 && customer.NormalizedEmail == _email;

    public static Problem Refusal(long id) =>
        Problems.IllegalState(
            $"Account {id} is the first operator's: its address and password are configured."
        );
}
