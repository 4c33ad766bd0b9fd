using System.ComponentModel.DataAnnotations;

namespace ConcertReservation.Host.Database;

/// <summary>
/// Section <c>Database</c>: how the host uses the server of <c>ConnectionStrings:Postgres</c>.
/// </summary>
internal sealed class DatabaseOptions
{
    /// <summary>Connections that this host opens at most.</summary>
    [Range(5, 1000)]
    public int MaxConnections { get; set; } = 40;

    /// <summary>Waiting for a new connection.</summary>
    [Range(1, 60)]
    public int ConnectTimeoutSeconds { get; set; } = 5;

    /// <summary>Waiting for the answer to one statement.</summary>
    [Range(1, 600)]
    public int CommandTimeoutSeconds { get; set; } = 15;

    /// <summary>
    /// The server ends a transaction left open this long: a host that
    /// stopped in its midst keeps no locks.
    /// </summary>
    [Range(1, 600)]
    public int IdleInTransactionTimeoutSeconds { get; set; } = 10;

    /// <summary>Between two measurements of the database's clock.</summary>
    [Range(100, 60_000)]
    public int ClockIntervalMilliseconds { get; set; } = 1000;

    /// <summary>Between two attempts to reach a database that is away.</summary>
    [Range(50, 60_000)]
    public int RetryMilliseconds { get; set; } = 500;
}
