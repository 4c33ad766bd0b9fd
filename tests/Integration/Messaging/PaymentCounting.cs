using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using MassTransit;
using Npgsql;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>What the consumers of one host do beside their effect: fail, wait, count.</summary>
internal sealed class ConsumerScript
{
    /// <summary>Called with the payment's id before its effect is gathered.</summary>
    public Func<long, CancellationToken, Task> OnPayment { get; set; } =
        (_, _) => Task.CompletedTask;

    /// <summary>Called within the transaction, after the effects of a batch are written.</summary>
    public Func<int, Task> OnFlush { get; set; } = _ => Task.CompletedTask;
}

/// <summary>
/// Effects of a batch, written together before its commit; nothing keeps them from being double.
/// </summary>
internal sealed class PaymentEffects(UnitOfWork work, ConsumerScript script)
{
    private Gathered<Row> Rows => field ??= new(work, WriteAsync);

    public void Add(Guid eventId, long paymentId, long version) =>
        Rows.Add(new Row(eventId, paymentId, version));

    private async Task WriteAsync(IReadOnlyList<Row> rows, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO effects (event_id, payment_id, version)
            SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[])
            """,
            work.Connection
        );
        command.Parameters.AddWithValue(rows.Select(r => r.EventId).ToArray());
        command.Parameters.AddWithValue(rows.Select(r => r.PaymentId).ToArray());
        command.Parameters.AddWithValue(rows.Select(r => r.Version).ToArray());
        await command.ExecuteNonQueryAsync(stop);
        await script.OnFlush(rows.Count);
    }

    private sealed record Row(Guid EventId, long PaymentId, long Version);
}

/// <summary>Keeps each completed payment that it hears of.</summary>
internal sealed class CountPayments(ConsumerScript script, PaymentEffects effects)
    : IConsumer<PaymentCompleted>
{
    public async Task Consume(ConsumeContext<PaymentCompleted> context)
    {
        var paid = context.Message;
        await script.OnPayment(paid.PaymentId, context.CancellationToken);
        effects.Add(paid.EventId, paid.PaymentId, context.Version());
    }
}
