using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>What a failure of the database means for those who wait for their hold.</summary>
internal static class HoldFailures
{
    /// <summary>A refusal to answer with, or null where the failure is a defect.</summary>
    public static HoldAnswer? ToAnswer(Exception exception) =>
        exception switch
        {
            PostgresException
            {
                SqlState: PostgresErrorCodes.LockNotAvailable,
                BatchCommand.CommandText: Locks.CustomersSql
            } => new HoldAnswer.Refused(CustomerIsBusy()),
            PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable } =>
                new HoldAnswer.Refused(SeatsAreBusy()),
            _ when DatabaseFaults.IsPassing(exception) => new HoldAnswer.Refused(
                Problems.Overloaded("The database does not answer; send the same again.", 2)
            ),
            _ => null,
        };

    /// <summary>
    /// Only something of the customer's own holds the customer's lock: a request elsewhere, most
    /// likely.
    /// </summary>
    public static Problem CustomerIsBusy() => Problems.IdempotencyKeyInUse();

    public static Problem SeatsAreBusy() =>
        Problems.Overloaded("These seats are being worked on; try again.", 1);
}
