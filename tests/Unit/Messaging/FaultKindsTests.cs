using System.Net.Sockets;
using ConcertReservation.Messaging;
using Confluent.Kafka;
using Npgsql;

namespace ConcertReservation.Tests.Unit.Messaging;

/// <summary>The log names what failed without quoting what it was about.</summary>
internal sealed class FaultKindsTests
{
    private const string Quoted = "mina@example.com";

    private static IEnumerable<TestCaseData> Faults()
    {
        yield return new TestCaseData(
            new ArithmeticException(Quoted, new KeyNotFoundException(Quoted)),
            "System.ArithmeticException, caused by System.Collections.Generic.KeyNotFoundException"
        );
        yield return new TestCaseData(
            new PostgresException(Quoted, "ERROR", "ERROR", "23505", constraintName: "one_mail"),
            "Npgsql.PostgresException 23505 one_mail"
        );
        yield return new TestCaseData(
            new NpgsqlException(Quoted, new SocketException((int)SocketError.ConnectionRefused)),
            "Npgsql.NpgsqlException, caused by System.Net.Sockets.SocketException ConnectionRefused"
        );
        yield return new TestCaseData(
            new KafkaException(new Error(ErrorCode.Local_TimedOut, Quoted)),
            "Confluent.Kafka.KafkaException Local_TimedOut"
        );
        yield return new TestCaseData(
            new DeadLetterUnsentException("Kafka took none."),
            "ConcertReservation.Messaging.DeadLetterUnsentException: Kafka took none."
        );
    }

    [TestCaseSource(nameof(Faults))]
    public void an_exception_is_told_by_its_kind_and_those_of_its_causes(
        Exception fault,
        string kind
    ) => FaultKinds.Of(fault).ShouldBe(kind);

    [Test]
    public void causes_without_end_are_told_up_to_a_point()
    {
        var fault = new ArithmeticException();
        for (var depth = 0; depth < 1000; depth++)
            fault = new ArithmeticException("No.", fault);

        FaultKinds.Of(fault).Length.ShouldBeLessThan(500);
    }
}
