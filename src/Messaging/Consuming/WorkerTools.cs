using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>What all workers of a group's session share.</summary>
internal sealed record WorkerTools(
    IBatchUnit Unit,
    EventReader Reader,
    ConsumerFaults Faults,
    SemaphoreSlim Slots,
    ConsumingOptions Options,
    TimeProvider Time,
    NpgsqlDataSource DataSource,
    DatabaseReady Database,
    ILogger Log
);
